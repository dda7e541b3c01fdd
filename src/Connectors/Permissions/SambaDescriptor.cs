using System.Globalization;

namespace ScaiDrive.Connectors.Permissions;

/// <summary>Reads security descriptors as libsmbclient writes them:
/// <c>REVISION:1,OWNER:S-1-…,GROUP:S-1-…,ACL:S-1-…:0/16/0x001200a9,ACL:…</c>, each entry with type, flags and mask.</summary>
internal static class SambaDescriptor
{
    private const uint InheritOnly = 0x08;

    internal static SecurityDescriptor Parse(string text)
    {
        string? owner = null;
        var entries = new List<AccessEntry>();
        foreach (var part in text.Split([',', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = colon < 0 ? (part, "") : (part[..colon].ToUpperInvariant(), part[(colon + 1)..]);
            switch (name)
            {
                case "OWNER":
                    owner = Sid(value, text);
                    break;
                case "ACL":
                    entries.Add(Entry(value, text));
                    break;
                case "REVISION" or "GROUP" or "CONTROL":
                    break;
                default:
                    throw new FormatException($"'{part}' in the security descriptor '{text}' is not known.");
            }
        }

        // Written alike whether there is no list or an empty one; the careful reading of the two lets nobody in.
        return new SecurityDescriptor(owner, entries);
    }

    private static AccessEntry Entry(string value, string text)
    {
        var colon = value.LastIndexOf(':');
        var fields = colon < 0 ? [] : value[(colon + 1)..].Split('/');
        if (fields.Length != 3)
            throw new FormatException($"The entry '{value}' of the security descriptor '{text}' is not SID:type/flags/mask.");
        var kind = Number(fields[0], text) switch
        {
            0 => AccessKind.Allow,
            1 => AccessKind.Deny,
            var other => throw new FormatException($"The security descriptor '{text}' has an entry of type {other}, which is not known."),
        };
        return new AccessEntry(kind, Number(fields[2], text), Sid(value[..colon], text), (Number(fields[1], text) & InheritOnly) != 0);
    }

    private static uint Number(string value, string text)
    {
        var isHex = value.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return uint.TryParse(isHex ? value[2..] : value, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{value}' in the security descriptor '{text}' is no number.");
    }

    private static string Sid(string value, string text) =>
        SidText.Normalize(value) ?? throw new FormatException($"'{value}' in the security descriptor '{text}' is no SID.");
}
