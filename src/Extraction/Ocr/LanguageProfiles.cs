using System.Collections.Frozen;

namespace ScaiDrive.Extraction.Ocr;

/// <summary>The commonest small words of common languages, by Tesseract's names of the languages.</summary>
/// <remarks>
/// Words stand without marks on their letters, as data of another language reads them. A word that several languages share speaks for all of
/// them; only one that none of the languages in use has speaks for another.
/// </remarks>
internal static class LanguageProfiles
{
    private static readonly (string Language, string Words)[] Latin =
    [
        ("eng", "the of and to in is that for it was with as be by on not he his but at are this have from they which one had were you all their there been if more when will would who so no she or an what has can our about after could"),
        ("deu", "der die und das von den mit zu ist des sich fur dem nicht ein eine einer im auf auch es an werden aus er hat dass sie nach wird bei noch wie einem uber einen so zum war haben nur oder aber vor zur bis mehr durch kann sind ich wir wenn als am ihre diese"),
        ("fra", "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont avec ou son cette aux ses mais comme nous vous leur elle etre fait meme ete sans tout peut deux entre ces ont lui si dont ils je on"),
        ("spa", "de la que el en los se del las un por con no una su para es al lo como mas pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos tambien fue habia era muy anos hasta desde estan"),
        ("ita", "di e il la che in per un non una sono da si con del della le al dei nel alla come anche piu ha questo delle lo ma gli o se nella ed suo ai sul dal essere era dalla stato degli tra cui questa perche loro"),
        ("por", "de a o que e do da em um para com nao uma os no se na por mais as dos como mas ao ele das seu sua ou quando muito nos ja eu tambem so pelo pela ate isso ela entre depois sem mesmo aos seus sao foi ser"),
        ("nld", "de het een van en in is dat op te zijn met voor niet aan er om ook als dan maar bij of uit nog naar heeft hij wordt worden door over ze deze was had kan zo haar hun wel werd meer moet geen tot onder zich"),
        ("swe", "och i att det som en pa ar av for med till den har de inte om ett han men var jag sig fran vi sa kan nar eller efter vid ska under hade sin nu man da skulle alla utan mot blir detta"),
        ("dan", "og i at det er en til af den pa for de med der ikke som et har om han var fra jeg men sig vi kan eller efter ved skal nar blev ud hun ogsa hvor bliver dem alle mellem deres"),
        ("nor", "og i det er som en til pa av for at den med de ikke har et om fra var han men seg vi kan ble eller etter ved skal nar ut hun ogsa hvor blir dem alle mellom deres jeg"),
        ("fin", "ja on ei se etta oli ovat mutta hanen kun tai myos niin kuin han sen ole jos joka mita vain jo nyt viela mukaan olla ollut tama siita sita kaikki eivat sitten koska vuonna"),
        ("est", "ja on ei see et oli kui ka aga ta oma mis kes ning voi seda siis nii oleks veel selle tema nende mida olid pole uks kuid juba ma peab"),
        ("pol", "w i z na do nie sie to jest od po za jak o ze oraz przez dla przy ktory ktore ktorych jego czy ale tym sa tego byl byc lub jej ich tylko juz przed rowniez pod zostal bylo"),
        ("ces", "a v se na je ze s z do o i to za by k pro jako pri od jsou po nebo ktere ktery jeho byl podle ale bylo jsem tak uz jen kteri aby bude az byla svych jejich pred jeste"),
        ("slk", "a v sa na je ze s z do o i to za by k pre ako pri od su po alebo ktore ktory jeho bol podla ale bolo som tak uz len ktori aby bude az bola svojich ich pred este"),
        ("slv", "in je v na se za da so z ki po pa ne od do kot s tudi bi o ali pri lahko kako ter bil bila sem bilo med vse kar samo zaradi ima tem njegov"),
        ("hrv", "i u je na se da za su od s o a ne kao iz do po koji ili koja sve samo nije bio sto te bi kako nakon prema moze jos bila biti ali jer iako godine"),
        ("hun", "a az es hogy nem is egy volt meg ez de el csak mint ha azt mar ki van vagy ezt aki kell fel minden lesz majd nincs utan ami lehet kozott szerint illetve amely vannak"),
        ("ron", "de si in a la cu pe nu care din o un sa este pentru ca mai au fost prin sau dar sunt al ale ce era intre dupa fi lui ei cele acest aceasta unei unui catre daca"),
        ("tur", "ve bir bu da de icin ile olarak daha olan cok gibi sonra kadar en ne var ancak o ya veya her ise mi ki degil tarafindan oldugu buyuk iki bunu ama onun"),
        ("cat", "de la i el que en les a els per un amb del una no es al va com mes son o dels pel seu aquest aquesta tambe ha pero han entre sobre ser fins molt"),
        ("ind", "yang dan di dari untuk dengan pada ini itu dalam tidak akan oleh juga sebagai adalah ke atau karena telah dapat ada mereka bisa saat lebih tersebut secara kami harus"),
        ("vie", "cua va la cac co duoc cho trong mot khong nguoi voi nhung da khi nay den tu tai nhu cung ve ra lai theo sau nhieu hay tren phai do vao"),
        ("lit", "ir kad yra i su is o ne tai bet kaip buvo apie uz del nuo iki taip pat jau gali jis arba dar kurie metu jo tik labai buti prie savo"),
        ("lav", "un ir ar ka no uz par tas vai bet kas to bija lai pec so gan ari tika nav ta pie var tad ne ja savu kura sava jau loti"),
        ("lat", "et in est non ad ut cum ex quod qui sed de si per esse ab sunt quae atque enim etiam hoc aut quam nec eius fuit ac id se"),
    ];

    private static readonly (string Language, string Words)[] Cyrillic =
    [
        ("rus", "и в не на что он с как это по но из у за от так же для его к до бы был она или их все при было только если были может который после этого"),
        ("ukr", "і в не на що та з у до як це за від його про але для який був або є бути які якщо також після того було вона він"),
        ("bel", "і у не на што з як да гэта за ад яго аб але для які быў або ёсць якія таксама пасля было яна ён"),
        ("bul", "и на да се в от е за не с по като че това към но до при или след са беше който има във със която които"),
        ("srp", "и у је на се да за су од о не као из до по који или која све само није био што те би како након према може још"),
        ("mkd", "и на да во се од е за не со ќе тоа што но до по или како беше кој сите која кои биле има"),
    ];

    private static readonly FrozenDictionary<string, ulong> Words = Build();

    /// <summary>Languages by the number of their bit.</summary>
    internal static IReadOnlyList<string> Languages { get; } = [.. Latin.Concat(Cyrillic).Select(static profile => profile.Language)];

    /// <summary>The languages that have the word among their commonest, a bit each; the word is in lower case and without marks.</summary>
    internal static ulong Speakers(ReadOnlySpan<char> word) =>
        Words.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var languages) ? languages : 0;

    private static FrozenDictionary<string, ulong> Build()
    {
        var words = new Dictionary<string, ulong>(StringComparer.Ordinal);
        var bit = 1UL;
        foreach (var (_, list) in Latin.Concat(Cyrillic))
        {
            foreach (var word in list.Split(' '))
                words[word] = words.GetValueOrDefault(word) | bit;
            bit <<= 1;
        }
        return words.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
