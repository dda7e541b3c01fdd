using System.Collections.Frozen;
using System.Globalization;

namespace ScaiDrive.Connectors.Permissions;

/// <summary>Reads security descriptors in SDDL (MS-DTYP 2.5.1).</summary>
/// <remarks>What cannot be judged here is read so that it never lets anybody in: entries with a condition and those for one property of an object
/// grant nothing, and refuse as if they always applied.</remarks>
internal static class SddlReader
{
    private static readonly FrozenDictionary<string, uint> Rights = new Dictionary<string, uint>(StringComparer.OrdinalIgnoreCase)
    {
        ["CC"] = 0x1,
        ["DC"] = 0x2,
        ["LC"] = 0x4,
        ["SW"] = 0x8,
        ["RP"] = 0x10,
        ["WP"] = 0x20,
        ["DT"] = 0x40,
        ["LO"] = 0x80,
        ["CR"] = 0x100,
        ["SD"] = 0x1_0000,
        ["RC"] = 0x2_0000,
        ["WD"] = 0x4_0000,
        ["WO"] = 0x8_0000,
        ["GA"] = FileRights.GenericAll,
        ["GR"] = FileRights.GenericRead,
        ["GW"] = FileRights.GenericWrite,
        ["GX"] = FileRights.GenericExecute,
        ["FA"] = FileRights.All,
        ["FR"] = FileRights.Read,
        ["FW"] = FileRights.Write,
        ["FX"] = FileRights.Execute,
        ["KA"] = 0xF_003F,
        ["KR"] = 0x2_0019,
        ["KW"] = 0x2_0006,
        ["KX"] = 0x2_0019,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    internal static SecurityDescriptor Parse(string text)
    {
        string? owner = null;
        IReadOnlyList<AccessEntry>? entries = null;
        var hasEntries = false;
        var at = 0;
        while (at < text.Length)
        {
            if (at + 1 >= text.Length || text[at + 1] != ':')
                throw Fault(text, at, "a part such as O: or D: is expected");
            var part = char.ToUpperInvariant(text[at]);
            var end = EndOfPart(text, at + 2);
            var value = text[(at + 2)..end].Trim();
            switch (part)
            {
                case 'O':
                    owner = Sid(value, text);
                    break;
                case 'D':
                    (entries, hasEntries) = (List(value, text), true);
                    break;
                case 'G' or 'S':
                    break;
                default:
                    throw Fault(text, at, $"there is no part {part}:");
            }

            at = end;
        }

        // Left out is not the same as "no list": nobody asked for it, or nobody may read it.
        return hasEntries ? new SecurityDescriptor(owner, entries) : throw new FormatException($"The security descriptor '{text}' has no DACL.");
    }

    /// <summary>Where the next part begins: a letter and a colon outside of parentheses.</summary>
    private static int EndOfPart(string text, int start)
    {
        var depth = 0;
        for (var at = start; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '(':
                    depth++;
                    break;
                case ')':
                    depth--;
                    break;
                case ':' when depth == 0:
                    return at - 1;
            }
        }

        return depth == 0 ? text.Length : throw Fault(text, start, "a parenthesis is not closed");
    }

    private static List<AccessEntry>? List(string value, string text)
    {
        var first = value.IndexOf('(', StringComparison.Ordinal);
        var flags = first < 0 ? value : value[..first];
        if (flags.Contains("NO_ACCESS_CONTROL", StringComparison.OrdinalIgnoreCase))
            return null;
        var entries = new List<AccessEntry>();
        for (var at = first < 0 ? value.Length : first; at < value.Length;)
        {
            if (value[at] != '(')
                throw Fault(text, at, "an entry in parentheses is expected");
            var end = EndOfEntry(value, at);
            if (Entry(value[(at + 1)..end], text) is { } entry)
                entries.Add(entry);
            at = end + 1;
        }

        return entries;
    }

    // A condition has parentheses of its own.
    private static int EndOfEntry(string value, int start)
    {
        var depth = 0;
        for (var at = start; at < value.Length; at++)
        {
            depth += value[at] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0)
                return at;
        }

        throw Fault(value, start, "a parenthesis is not closed");
    }

    private static AccessEntry? Entry(string entry, string text)
    {
        var fields = entry.Split(';', 7);
        if (fields.Length < 6)
            throw new FormatException($"The entry '({entry})' of the security descriptor '{text}' has fewer than six fields.");
        var type = fields[0].Trim().ToUpperInvariant();
        var isLimited = fields[3].Trim().Length > 0 || type is "XA" or "ZA" or "XD";
        var (mask, sid, isInheritOnly) = (Mask(fields[2].Trim(), text), Sid(fields[5].Trim(), text), HasFlag(fields[1], "IO"));
        return type switch
        {
            "A" or "OA" or "XA" or "ZA" => isLimited ? null : new AccessEntry(AccessKind.Allow, mask, sid, isInheritOnly),
            "D" or "OD" or "XD" => new AccessEntry(AccessKind.Deny, mask, sid, isInheritOnly),
            _ => throw new FormatException($"The security descriptor '{text}' has an entry of type '{type}' in its DACL, which is not known."),
        };
    }

    private static bool HasFlag(string flags, string wanted)
    {
        for (var at = 0; at + 1 < flags.Length; at += 2)
        {
            if (flags.AsSpan(at, 2).Equals(wanted, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static uint Mask(string rights, string text)
    {
        if (rights.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return uint.TryParse(rights.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)
                ? hex
                : throw new FormatException($"'{rights}' in the security descriptor '{text}' is no mask of rights.");
        }

        if (uint.TryParse(rights, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        var mask = 0u;
        for (var at = 0; at < rights.Length; at += 2)
        {
            mask |= at + 1 < rights.Length && Rights.TryGetValue(rights.Substring(at, 2), out var right)
                ? right
                : throw new FormatException($"'{rights[at..]}' in the security descriptor '{text}' is no right.");
        }

        return mask;
    }

    private static string Sid(string value, string text) =>
        SidText.Normalize(value) ?? WellKnownSids.Aliases.GetValueOrDefault(value)
        ?? throw new FormatException($"'{value}' in the security descriptor '{text}' is no SID, or an alias that depends on a domain.");

    private static FormatException Fault(string text, int at, string what) => new($"The security descriptor '{text}' cannot be read at {at}: {what}.");
}
