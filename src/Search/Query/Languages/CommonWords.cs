using System.Collections.Frozen;
using System.Text;

namespace ScaiDrive.Search.Query.Languages;

/// <summary>The commonest short words of languages that share a script, and letters that give one away.</summary>
/// <remarks>Articles, pronouns, prepositions, conjunctions, forms of "to be" and "to have": they stand in every running text, whatever it is about.</remarks>
internal static class CommonWords
{
    private static readonly (string Language, Script Script, string Words)[] Lists =
    [
        ("en", Script.Latin, "the of and to in is that it for was on are as with his they at be this from have or by one had not but what all were when we there can an your which their said if will each about how up out them then she many some so these would other into has her like him been who its more than only was may after such our most between should could"),
        ("de", Script.Latin, "der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum haben nur oder aber vor zur bis mehr durch man sein wurde wenn können alle diese ihre unter wir ich"),
        ("fr", Script.Latin, "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec son ses ou mais comme nous vous été cette aux leur ont était elle être ces deux sans même aussi fait tout entre peut où très après lui leurs je dont"),
        ("es", Script.Latin, "de la que el en y a los del se las por un para con no una su al lo como más pero sus le ya o este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante todos uno les ni contra otros ese eso ante ellos es son fue ha está han ser era"),
        ("pt", Script.Latin, "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem nas me esse eles estão você são pode"),
        ("it", Script.Latin, "di e il la che è in un a per del una non sono le della si con i da dei nel al lo come più alla anche ha ma gli delle o se dalla nella questo degli essere questa su sul loro dopo stato tra due suo ai dal ci quando molto così cui fra solo perché sulla era"),
        ("nl", Script.Latin, "de van een het en in is dat op te zijn voor met die niet aan er om ook als dan bij door maar nog wordt uit worden naar over heeft hij ze tot kan was deze hebben geen meer werd zich dit we moet onder tegen ons hun al wat zo kunnen ik je haar tussen"),
        ("da", Script.Latin, "og i at det er en til af på som med for den de der ikke et har om var men fra sig han kan vil blev over så også efter være eller hvor ved nu under skal hun mere når bliver havde end mange kun disse deres vi jeg meget noget blive denne hvad hvis nogle"),
        ("no", Script.Latin, "og i det er en til av på som med for den at de ikke et har om var men fra seg han kan vil ble over så også etter være eller hvor ved nå under skal hun mer når blir hadde enn mange bare disse deres vi jeg mye noe bli denne hva hvis noen ut dette"),
        ("sv", Script.Latin, "och i att det som en på är av för med till den har de inte om ett var men från sig han kan vid så eller nu där också efter ska när under sin skulle hon mer blev vara än bara många alla hade dessa mycket vi jag får mellan genom blir detta upp hur bli utan något"),
        ("fi", Script.Latin, "ja on ei se että oli hän joka mutta myös kun ovat tai jos olla sekä kuin niin mukaan ollut vain sen ole voi hänen jotka jo nyt mitä sitä tämä joita vuonna voidaan tämän sitten koska jonka kanssa ennen kuitenkin siitä minä ne oman jälkeen eivät tulee kaikki"),
        ("hu", Script.Latin, "a az és hogy nem is egy ez meg volt van csak de ha mint már még el vagy ki azt lehet kell minden után sem ezt úgy amely pedig majd akkor között lesz mert aki miatt így ezek szerint több voltak alatt ami azonban ő nagyon új nincs által illetve"),
        ("ro", Script.Latin, "de și în a la cu pe nu că o un din este care mai pentru se sau au fi ce sunt prin dar fost am ale lui dintre după cum această acest între sale către astfel fără când doar iar unor toate cele fiind poate precum asupra până unde dacă aceasta unei"),
        ("ca", Script.Latin, "de la i el que en a els per un les una del amb és es al no va com més ha dels o seu són aquest aquesta però també dos fer ser hi segons seva tot molt quan entre sobre fins has havia pot perquè sense on així altres li tant aquests des això"),
        ("eu", Script.Latin, "eta da ez bat zen du izan dira ere baina zuen egin den edo izango dute hori bere beste nahi zuten dela behar hau gero bai oso batean egiten dago honek hala baino zein beraz batzuk artean duen horrek urtean arte ditu guztiak"),
        ("ga", Script.Latin, "agus an na ar is le do go sé tá bhí ag sa nach ach mar leis atá den seo sin air bhfuil ó nó gur mé siad a níl dá faoi bheith raibh chun féin ann aige tar éis iad cad"),
        ("lt", Script.Latin, "ir yra į kad su iš buvo tai kaip bet ne o apie per už nuo jo jos kuris kuri taip pat arba tik jau dar gali po prie savo būti metu prieš labai ar mes jie kurie turi buvo tarp kai todėl metais šis jų"),
        ("id", Script.Latin, "yang dan di ini itu dengan untuk dari dalam tidak pada akan adalah ke oleh juga sebagai ada karena atau mereka telah dapat saya bisa tersebut bahwa kami lebih sudah kita anda saat seperti hanya harus tetapi menjadi satu secara antara banyak belum setelah"),
        ("tr", Script.Latin, "ve bir bu da de için ile olarak çok daha olan gibi en ne var kadar sonra ama değil ya ise veya her olduğu göre ben o olduğunu ancak tarafından oldu bütün ki şey yok büyük zaman iki bunu hem nasıl önce üzerinde kendi arasında yeni"),
        ("pl", Script.Latin, "i w na z nie się że do to jest o jak po co przez od ale za tego jego są dla tym czy być tylko jej może oraz był ze które która jako także było więc przy bez również tak pod gdy już lub ich można który jednak"),
        ("cs", Script.Latin, "a se v na je že z to s do o i ve jako za jsou by pro ale po od si tak který být jeho podle jen nebo také které až bylo která jsem při bude už má není ze než kde také mezi mohou však"),
        ("sk", Script.Latin, "a sa v na je že z to s do o aj vo ako za sú by pre ale po od si tak ktorý byť jeho podľa len alebo tiež ktoré až bolo ktorá som pri bude už má nie zo než kde medzi môžu však sme"),
        ("hr", Script.Latin, "i u je na se da su za od s koji o kao što ne iz bio ili ali biti nije samo koja nakon prije sve koje te bila može po tako više kada ako njegov između bilo jer već svoje također bi"),
        ("sl", Script.Latin, "in je v na se da za so ki z s pa tudi ne po kot bi od ali bil bilo ter še pri ko iz le če lahko bila med več zaradi kar tako samo prav bo sta tem vse njegov kjer kako"),
        ("et", Script.Latin, "ja on ei et oli see mis ka kui aga või ning seda ta oma nii selle kes tema nende pärast siis olid olla kuid välja veel ainult ole mida juba võib peab nad mille kõik üle pole sest"),
        ("lv", Script.Latin, "un ir no ar uz kas par ka tika bija kā arī lai gan vai tas to tā pie pēc bet ne viņš līdz nav šo būt kur savu tiek viņa pret jau gada kad vairāk tikai starp šis"),
        ("vi", Script.Latin, "và của là có được cho trong không với các những một người này đã khi để từ đến về cũng như ra tại nhiều bị sẽ trên năm theo vào đó phải làm sau hay còn"),
        ("ru", Script.Cyrillic, "и в не на что с по как это он к но из у за от же для бы все его о так то до при было или также был если была только этого еще ее они мы их может были чтобы когда уже который после более между которые быть во я вы нет под"),
        ("uk", Script.Cyrillic, "і в не на що з та до у як це за від для й про але він також його є бути було або які після вони був при по що так чи їх який ще між була можна того цього її були через під"),
        ("bg", Script.Cyrillic, "и на в за от се да с е не са по като че до през към при това или след който са беше които бъде само може още тази което между ще си има няма този тя той те но обаче както"),
        ("sr", Script.Cyrillic, "и у је на се да су за од са који о као што не из био или али бити није само која након пре све које те била може по тако више када ако његов између било јер већ своје такође би"),
        ("be", Script.Cyrillic, "і ў не на што з да як гэта ён па але для ад каб яго або быў былі таксама пасля які якія ёсць было яна яны пры ці толькі быць між гэтага вельмі калі"),
        ("mk", Script.Cyrillic, "и на во да се од за со е не што како по кој ќе беше кои или биде само може овој оваа која при до исто така меѓу има бил биле дека ги го ја сите уште"),
        ("ar", Script.Arabic, "في من على إلى أن عن مع هذا هذه التي الذي كان كما ما لا أو بين ذلك قد بعد كانت لم وقد حيث كل هو هي عند ثم غير منذ خلال أكثر إن وفي ومن"),
        ("fa", Script.Arabic, "و در به از که این را با است برای آن یک خود تا بر هم می بود شد یا کرد شده اما نیز باید ها آنها دارد بین هر پس اگر کند شود های"),
        ("ur", Script.Arabic, "کے کی میں اور ہے سے کا کو اس نے پر کہ یہ ہیں ایک تھا بھی جو کر نہیں گیا تو ہو وہ لیے تھے تھی ان گئی اپنے ساتھ"),
        ("he", Script.Hebrew, "של את על לא הוא עם זה כי גם או היא כל אל היה בין יש אך אם מה אשר אני רק יותר היו לאחר כדי הם עד שלא זו אין אבל כמו"),
        ("yi", Script.Hebrew, "די און אין פון דער איז צו דאס מיט אויף האט ניט נישט אז ער זיך א אן פאר וואס האבן זײַן ווי אויך פֿון דעם איך וועט געווען מען"),
        ("hi", Script.Devanagari, "के का की में है और से को पर यह एक ने हैं कि इस भी नहीं जो कर तो हो था ही गया लिए वह साथ अपने थे या थी उन रहा किया"),
        ("ne", Script.Devanagari, "छ र को मा लाई यो पनि गर्न भएको हो गरेको छन् एक तथा भने लागि गर्ने थियो बाट हुन्छ गरी त्यो नेपाल भन्ने हरू सम्म कुनै यस अनि"),
        ("mr", Script.Devanagari, "आहे आणि या व हा ही हे ते आहेत होते होता त्या तर मध्ये केले एक झाला साठी असे नाही त्याच्या येथे होती केला की किंवा"),
    ];

    // Names of variables, list items and units are single letters too.
    private const double SingleLetter = 0.4;

    // Letters that, among these languages, one alone uses often.
    private static readonly FrozenDictionary<int, string> Letters = new Dictionary<int, string>
    {
        ['ß'] = "de",
        ['ñ'] = "es",
        ['ã'] = "pt",
        ['õ'] = "pt",
        ['ő'] = "hu",
        ['ű'] = "hu",
        ['ğ'] = "tr",
        ['ı'] = "tr",
        ['ț'] = "ro",
        ['ţ'] = "ro",
        ['ă'] = "ro",
        ['ł'] = "pl",
        ['ń'] = "pl",
        ['ř'] = "cs",
        ['ů'] = "cs",
        ['ľ'] = "sk",
        ['ĺ'] = "sk",
        ['đ'] = "hr",
        ['ơ'] = "vi",
        ['ư'] = "vi",
        ['ạ'] = "vi",
        ['ế'] = "vi",
        ['ộ'] = "vi",
        ['ė'] = "lt",
        ['ų'] = "lt",
        ['į'] = "lt",
        ['ļ'] = "lv",
        ['ņ'] = "lv",
        ['ķ'] = "lv",
        ['ē'] = "lv",
        ['ї'] = "uk",
        ['є'] = "uk",
        ['ґ'] = "uk",
        ['ў'] = "be",
        ['ђ'] = "sr",
        ['ћ'] = "sr",
        ['ѓ'] = "mk",
        ['ќ'] = "mk",
        ['ё'] = "ru",
        ['ٹ'] = "ur",
        ['ڈ'] = "ur",
        ['ے'] = "ur",
        ['ں'] = "ur",
        ['ײ'] = "yi",
        ['ױ'] = "yi",
        ['ळ'] = "mr",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string[]> Languages = Lists
        .SelectMany(list => list.Words.Split(' ').Distinct().Select(word => (Word: word, list.Language)))
        .GroupBy(pair => pair.Word, pair => pair.Language, StringComparer.Ordinal)
        .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string[]>.AlternateLookup<ReadOnlySpan<char>> BySpan =
        Languages.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenDictionary<string, Script> ScriptsOfLanguages =
        Lists.ToFrozenDictionary(list => list.Language, list => list.Script, StringComparer.Ordinal);

    internal static Script ScriptOf(string language) => ScriptsOfLanguages[language];

    internal static string? LanguageOfLetter(Rune letter) => Letters.GetValueOrDefault(letter.Value);

    /// <summary>The languages a lower-case word is common in.</summary>
    /// <param name="word">The word.</param>
    /// <param name="weight">What it says for each: a word that many languages have says little.</param>
    internal static string[] LanguagesOf(ReadOnlySpan<char> word, out double weight)
    {
        if (!BySpan.TryGetValue(word, out var languages))
        {
            weight = 0;
            return [];
        }

        weight = (word.Length == 1 ? SingleLetter : 1) * 2.0 / (1 + languages.Length);
        return languages;
    }
}
