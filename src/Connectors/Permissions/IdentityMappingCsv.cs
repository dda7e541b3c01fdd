using System.Text;

namespace ScaiDrive.Connectors.Permissions;

/// <summary>One row of a table of identities, as a person wrote it.</summary>
/// <param name="Line">Counts from 1.</param>
/// <param name="Sid">In normal form.</param>
/// <param name="Given">A user by id or email, a group by id, <c>everyone</c> or <c>nobody</c>.</param>
internal sealed record MappingRow(int Line, string Sid, string Given);

/// <summary>The table <c>smb-sid,scaidrive-user</c> as text: fields may stand in double quotes, lines that begin with <c>#</c> and empty ones are
/// passed over, the first row may be a header.</summary>
internal static class IdentityMappingCsv
{
    private const string Header = "smb-sid,scaidrive-user";

    internal static (List<MappingRow> Rows, List<MappingFault> Faults) Parse(string text)
    {
        var (rows, faults) = (new List<MappingRow>(), new List<MappingFault>());
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        var isFirst = true;
        foreach (var (line, fields, fault) in Records(text.TrimStart('\uFEFF')))
        {
            var wasFirst = isFirst;
            isFirst = false;
            if (fault is not null)
                faults.Add(new MappingFault(line, fault));
            else if (wasFirst && IsHeader(fields))
                continue;
            else if (Check(line, fields, lines) is { } wrong)
                faults.Add(new MappingFault(line, wrong));
            else
                rows.Add(new MappingRow(line, SidText.Normalize(fields[0])!, fields[1]));
        }

        return (rows, faults);
    }

    internal static string Write(IEnumerable<(string Sid, string Given)> rows)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var (sid, given) in rows)
            text.Append(sid).Append(',').Append(Quoted(given)).Append('\n');
        return text.ToString();
    }

    private static string Quoted(string value) =>
        value.AsSpan().ContainsAny("\",\r\n") || value.StartsWith('#') ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;

    private static bool IsHeader(List<string> fields) => string.Join(',', fields).Equals(Header, StringComparison.OrdinalIgnoreCase);

    private static string? Check(int line, List<string> fields, Dictionary<string, int> lines)
    {
        if (fields.Count != 2)
            return $"Two fields are expected, smb-sid and scaidrive-user; there are {fields.Count}.";
        if (SidText.Normalize(fields[0]) is not { } sid)
            return $"'{fields[0]}' is no SID such as S-1-5-21-1004336348-1177238915-682003330-512.";
        if (WellKnownSids.EveryUser.Contains(sid))
            return $"{sid} means everybody already and cannot be mapped.";
        if (WellKnownSids.IsNobody(sid) || sid == WellKnownSids.OwnerRights)
            return $"{sid} stands for no account and cannot be mapped.";
        if (fields[1].Length == 0)
            return "The user is missing: give a user by id or email, a group by id, everyone, or nobody.";
        return lines.TryAdd(sid, line) ? null : $"{sid} stands on line {lines[sid]} already.";
    }

    /// <summary>The rows of the text with the line each begins on. A quoted field may go on over several lines.</summary>
    private static IEnumerable<(int Line, List<string> Fields, string? Fault)> Records(string text)
    {
        var (at, line) = (0, 1);
        while (at < text.Length)
        {
            var end = text.IndexOf('\n', at);
            var rest = text.AsSpan(at, (end < 0 ? text.Length : end) - at);
            if (rest.IsWhiteSpace() || rest.TrimStart().StartsWith("#"))
            {
                at = end < 0 ? text.Length : end + 1;
                line++;
                continue;
            }

            var start = line;
            var fields = ReadRecord(text, ref at, ref line, out var fault);
            yield return (start, fields, fault);
        }
    }

    private static List<string> ReadRecord(string text, ref int at, ref int line, out string? fault)
    {
        var fields = new List<string>();
        fault = null;
        while (true)
        {
            fields.Add(ReadField(text, ref at, ref line, ref fault));
            if (at < text.Length && text[at] == ',')
            {
                at++;
                continue;
            }

            // Whatever else is left of the line belongs to a fault.
            while (at < text.Length && text[at] != '\n')
                at++;
            at++;
            line++;
            return fields;
        }
    }

    private static string ReadField(string text, ref int at, ref int line, ref string? fault)
    {
        while (at < text.Length && text[at] is ' ' or '\t')
            at++;
        if (at >= text.Length || text[at] != '"')
        {
            var start = at;
            while (at < text.Length && text[at] is not (',' or '\n'))
                at++;
            return text[start..at].Trim();
        }

        var value = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '\n')
                line++;
            if (text[at] != '"')
                value.Append(text[at]);
            else if (at + 1 < text.Length && text[at + 1] == '"')
                value.Append(text[at++]);
            else
                break;
        }

        if (at >= text.Length)
        {
            fault ??= "A quote is not closed.";
            return value.ToString();
        }

        at++;
        while (at < text.Length && text[at] is ' ' or '\t' or '\r')
            at++;
        if (at < text.Length && text[at] is not (',' or '\n'))
            fault ??= "Behind a closing quote a comma or the end of the line is expected.";
        return value.ToString().Trim();
    }
}
