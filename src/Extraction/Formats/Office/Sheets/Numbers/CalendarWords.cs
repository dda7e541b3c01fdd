using System.Globalization;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

/// <summary>Names of months and days in the languages a number format may ask for. Readers run without the system's own tables of languages.</summary>
internal static class CalendarWords
{
    private static readonly Dictionary<uint, CultureInfo> ByLanguage = new()
    {
        [0x06] = Named("januar februar marts april maj juni juli august september oktober november december", 3, "søndag mandag tirsdag onsdag torsdag fredag lørdag", 3),
        [0x07] = Named("Januar Februar März April Mai Juni Juli August September Oktober November Dezember", 3, "Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag", 2),
        [0x0A] = Named("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre", 3, "domingo lunes martes miércoles jueves viernes sábado", 3),
        [0x0C] = Named("janvier février mars avril mai juin juillet août septembre octobre novembre décembre", 4, "dimanche lundi mardi mercredi jeudi vendredi samedi", 3),
        [0x10] = Named("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre", 3, "domenica lunedì martedì mercoledì giovedì venerdì sabato", 3),
        [0x13] = Named("januari februari maart april mei juni juli augustus september oktober november december", 3, "zondag maandag dinsdag woensdag donderdag vrijdag zaterdag", 2),
        [0x14] = Named("januar februar mars april mai juni juli august september oktober november desember", 3, "søndag mandag tirsdag onsdag torsdag fredag lørdag", 3),
        [0x15] = Named("styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień", 3, "niedziela poniedziałek wtorek środa czwartek piątek sobota", 3),
        [0x16] = Named("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro", 3, "domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado", 3),
        [0x19] = Named("январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь", 3, "воскресенье понедельник вторник среда четверг пятница суббота", 2),
        [0x1D] = Named("januari februari mars april maj juni juli augusti september oktober november december", 3, "söndag måndag tisdag onsdag torsdag fredag lördag", 3),
    };

    /// <summary>The words of a Windows language number; English for languages that are not here.</summary>
    internal static CultureInfo Of(uint language) => ByLanguage.GetValueOrDefault(language & 0x3FF, CultureInfo.InvariantCulture);

    // Short names are the first letters; serial numbers are dates of the Gregorian calendar, which the invariant culture has.
    private static CultureInfo Named(string months, int monthLetters, string days, int dayLetters)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        // The framework wants a thirteenth month, for calendars that have one.
        string[] monthNames = [.. months.Split(' '), ""];
        culture.DateTimeFormat.MonthNames = culture.DateTimeFormat.MonthGenitiveNames = monthNames;
        culture.DateTimeFormat.AbbreviatedMonthNames = culture.DateTimeFormat.AbbreviatedMonthGenitiveNames = [.. monthNames.Select(name => Start(name, monthLetters))];
        culture.DateTimeFormat.DayNames = days.Split(' ');
        culture.DateTimeFormat.AbbreviatedDayNames = [.. days.Split(' ').Select(name => Start(name, dayLetters))];
        return culture;
    }

    private static string Start(string name, int letters) => name.Length <= letters ? name : name[..letters];
}
