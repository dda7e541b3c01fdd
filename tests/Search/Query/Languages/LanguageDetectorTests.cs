using ScaiDrive.Search.Query.Languages;

namespace ScaiDrive.Search.Tests.Query.Languages;

public sealed class LanguageDetectorTests
{
    [Theory]
    [InlineData("en", "The committee met on Tuesday to discuss how the new bridge should be paid for. Most of the members agreed that the cost was higher than they had expected.")]
    [InlineData("de", "Der Ausschuss traf sich am Dienstag, um zu besprechen, wie die neue Brücke bezahlt werden soll. Die meisten Mitglieder waren sich einig, dass die Kosten zu hoch sind.")]
    [InlineData("fr", "Le comité s'est réuni mardi pour discuter du financement du nouveau pont. La plupart des membres pensent que le coût est plus élevé que prévu dans le budget.")]
    [InlineData("es", "El comité se reunió el martes para hablar sobre cómo se debe pagar el nuevo puente. La mayoría de los miembros cree que el costo es más alto de lo que esperaban.")]
    [InlineData("pt", "A comissão reuniu-se na terça-feira para discutir como a nova ponte deve ser paga. A maioria dos membros acha que o custo é mais alto do que eles esperavam, mas não muito.")]
    [InlineData("it", "Il comitato si è riunito martedì per discutere di come pagare il nuovo ponte. La maggior parte dei membri pensa che il costo sia più alto di quanto previsto nella relazione.")]
    [InlineData("nl", "De commissie kwam dinsdag bijeen om te bespreken hoe de nieuwe brug betaald moet worden. De meeste leden vonden dat de kosten hoger zijn dan ze hadden verwacht.")]
    [InlineData("da", "Udvalget mødtes tirsdag for at drøfte, hvordan den nye bro skal betales. De fleste af medlemmerne var enige om, at prisen er højere, end de havde regnet med, og at det ikke kan blive ved.")]
    [InlineData("no", "Utvalget møttes tirsdag for å drøfte hvordan den nye broen skal betales. De fleste av medlemmene var enige om at prisen er høyere enn de hadde regnet med, men at det ikke blir noe mer nå.")]
    [InlineData("sv", "Utskottet träffades på tisdagen för att diskutera hur den nya bron ska betalas. De flesta av ledamöterna var överens om att kostnaden är högre än de hade väntat sig och inte kan bli lägre.")]
    [InlineData("fi", "Valiokunta kokoontui tiistaina keskustelemaan siitä, miten uusi silta maksetaan. Useimmat jäsenet olivat sitä mieltä, että hinta on korkeampi kuin he olivat odottaneet, mutta se ei ole liikaa.")]
    [InlineData("hu", "A bizottság kedden ült össze, hogy megvitassa, miből fizetik ki az új hidat. A legtöbb tag szerint a költség magasabb, mint amire számítottak, de ez nem volt meglepő.")]
    [InlineData("ro", "Comitetul s-a întâlnit marți pentru a discuta cum va fi plătit noul pod. Cei mai mulți dintre membri cred că prețul este mai mare decât se așteptau și nu sunt mulțumiți.")]
    [InlineData("ca", "El comitè es va reunir dimarts per parlar de com s'ha de pagar el nou pont. La majoria dels membres creuen que el cost és més alt del que esperaven, però també que aquest pont és necessari.")]
    [InlineData("tr", "Komite salı günü yeni köprünün nasıl ödeneceğini görüşmek için toplandı. Üyelerin çoğu, maliyetin beklediklerinden daha yüksek olduğunu düşünüyor ama bu kadar da değil.")]
    [InlineData("pl", "Komisja spotkała się we wtorek, aby omówić, jak zostanie zapłacony nowy most. Większość członków uważa, że koszt jest wyższy, niż się spodziewali, ale nie jest to problem.")]
    [InlineData("cs", "Výbor se sešel v úterý, aby projednal, jak bude nový most zaplacen. Většina členů si myslí, že náklady jsou vyšší, než očekávali, ale že to není problém, který by byl nový.")]
    [InlineData("lt", "Komitetas susirinko antradienį aptarti, kaip bus apmokėtas naujas tiltas. Dauguma narių mano, kad kaina yra didesnė, nei jie tikėjosi, bet tai nebuvo netikėta.")]
    [InlineData("id", "Komite bertemu pada hari Selasa untuk membahas bagaimana jembatan baru itu akan dibayar. Sebagian besar anggota merasa bahwa biayanya lebih tinggi dari yang mereka duga.")]
    [InlineData("ru", "Комитет собрался во вторник, чтобы обсудить, как будет оплачен новый мост. Большинство членов считает, что это дороже, чем они ожидали, но не все с этим согласны.")]
    [InlineData("uk", "Комітет зібрався у вівторок, щоб обговорити, як буде оплачено новий міст. Більшість членів вважає, що це дорожче, ніж вони очікували, але не всі з цим згодні.")]
    [InlineData("bg", "Комисията се събра във вторник, за да обсъди как ще бъде платен новият мост. Повечето членове смятат, че цената е по-висока, отколкото са очаквали, но не всички са съгласни.")]
    [InlineData("sr", "Одбор се састао у уторак да разговара о томе како ће се платити нови мост. Већина чланова је рекла да је цена виша него што су очекивали, али нису сви за то.")]
    [InlineData("el", "Η επιτροπή συνεδρίασε την Τρίτη για να συζητήσει πώς θα πληρωθεί η νέα γέφυρα.")]
    [InlineData("ar", "اجتمعت اللجنة يوم الثلاثاء من أجل مناقشة كيفية دفع تكاليف الجسر الجديد. ويرى أكثر الأعضاء أن التكلفة كانت أعلى من المتوقع في هذا العام.")]
    [InlineData("fa", "کمیته روز سه‌شنبه برای بحث درباره هزینه پل جدید تشکیل شد. بیشتر اعضا معتقدند که این هزینه از آنچه انتظار می‌رفت بیشتر است و باید کم شود.")]
    [InlineData("he", "הוועדה נפגשה ביום שלישי כדי לדון איך ישלמו על הגשר החדש. רוב החברים חושבים כי המחיר גבוה יותר, אבל הוא לא היה צפוי.")]
    [InlineData("hi", "समिति ने मंगलवार को नए पुल के खर्च के बारे में चर्चा की। अधिकांश सदस्यों का मानना है कि यह खर्च अपेक्षा से अधिक है और इस पर विचार किया गया।")]
    [InlineData("th", "คณะกรรมการประชุมกันเมื่อวันอังคารเพื่อหารือเรื่องสะพานใหม่")]
    [InlineData("ja", "委員会は火曜日に新しい橋の費用について話し合いました。")]
    [InlineData("zh", "委员会星期二开会讨论如何支付新桥的费用。")]
    [InlineData("ko", "위원회는 화요일에 새 다리의 비용을 논의하기 위해 모였다.")]
    public void A_paragraph_tells_its_language(string language, string text) => Assert.Equal(language, LanguageDetector.Detect([text]));

    [Theory]
    [InlineData("")]
    [InlineData("4711 0815 12.50 € 2025-03-01")]
    [InlineData("Invoice 4711 ACME GmbH Widget X200 Widget X300 Total EUR 1200")]
    [InlineData("var x = new List<int>(); foreach (var y in x) Console.WriteLine(y);")]
    public void Thin_evidence_tells_nothing(string text) => Assert.Null(LanguageDetector.Detect([text]));

    [Fact]
    public void Most_of_the_text_decides_whatever_it_quotes()
    {
        const string german = "Die Kommission hat den Bericht über die neue Brücke geprüft und ist mit dem Ergebnis nicht zufrieden. ";
        const string english = "The bridge was built by the city in that year. ";
        Assert.Equal("de", LanguageDetector.Detect([english, german, german, german]));
        Assert.Equal("en", LanguageDetector.Detect([german, english, english, english, english, english]));
    }

    [Fact]
    public void Only_the_beginning_of_a_long_document_is_read()
    {
        var read = 0;
        IEnumerable<string> Parts()
        {
            for (; ; read++)
                yield return "Der Ausschuss traf sich am Dienstag, um zu besprechen, wie die neue Brücke bezahlt werden soll. ";
        }

        Assert.Equal("de", LanguageDetector.Detect(Parts()));
        Assert.InRange(read, 1, 1_000);
    }
}
