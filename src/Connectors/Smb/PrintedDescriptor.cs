using System.Globalization;
using System.Text;

namespace ScaiDrive.Connectors.Smb;

/// <summary>A security descriptor as libsmbclient prints it: <c>REVISION:1,OWNER:sid,GROUP:sid,ACL:sid:type/flags/mask,...</c>, entries in stored order.</summary>
internal sealed class PrintedDescriptor
{
    private static readonly (int Bit, string Letters)[] FlagLetters =
        [(0x01, "OI"), (0x02, "CI"), (0x04, "NP"), (0x08, "IO"), (0x10, "ID"), (0x40, "SA"), (0x80, "FA")];

    private readonly List<Entry> entries = [];
    private string? owner;
    private string? group;

    private readonly record struct Entry(string Principal, int Type, int Flags, uint Mask);

    /// <summary>Owner, group and the principal of each entry, in order; the same one may come more than once.</summary>
    internal List<string> Principals => [.. new[] { owner, group }.OfType<string>(), .. entries.Select(entry => entry.Principal)];

    internal static PrintedDescriptor? TryParse(string printed)
    {
        var descriptor = new PrintedDescriptor();
        foreach (var part in printed.Split(','))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            var value = part[(colon + 1)..];
            switch (colon < 0 ? "" : part[..colon])
            {
                case "REVISION":
                    break;
                case "OWNER":
                    descriptor.owner = value;
                    break;
                case "GROUP":
                    descriptor.group = value;
                    break;
                case "ACL" when TryParseEntry(value) is { } entry:
                    descriptor.entries.Add(entry);
                    break;
                default:
                    return null;
            }
        }

        return descriptor;
    }

    /// <summary>In SDDL. No entry at all is an empty list, which lets nobody in: the library prints a missing list just so, and that is the safe side.</summary>
    internal string ToSddl()
    {
        var text = new StringBuilder();
        if (owner is not null)
            text.Append("O:").Append(owner);
        if (group is not null)
            text.Append("G:").Append(group);
        text.Append("D:");
        foreach (var entry in entries)
        {
            // Entries for an object, or with a condition, carry more than is printed: those that allow count for nobody, those that deny for all they name.
            if (entry.Type is 0 or 1 or 6 or 10 or 12)
                text.Append(CultureInfo.InvariantCulture, $"({(entry.Type == 0 ? 'A' : 'D')};{Letters(entry.Flags)};0x{entry.Mask:x8};;;{entry.Principal})");
        }

        return text.ToString();
    }

    /// <summary>As libsmbclient takes it: it prints masks in hexadecimal, and reads those as no right at all.</summary>
    internal string ToSettable() => string.Join(
        ',',
        [
            "REVISION:1",
            .. owner is null ? Array.Empty<string>() : [$"OWNER:{owner}"],
            .. group is null ? Array.Empty<string>() : [$"GROUP:{group}"],
            .. entries.Select(entry => string.Create(CultureInfo.InvariantCulture, $"ACL:{entry.Principal}:{entry.Type}/{entry.Flags}/{entry.Mask}")),
        ]);

    private static Entry? TryParseEntry(string value)
    {
        var colon = value.LastIndexOf(':');
        var numbers = value[(colon + 1)..].Split('/');
        return colon > 0 && numbers.Length == 3 && TryNumber(numbers[0]) is { } type && TryNumber(numbers[1]) is { } flags && TryNumber(numbers[2]) is { } mask
            ? new Entry(value[..colon], (int)type, (int)flags, mask)
            : null;
    }

    private static uint? TryNumber(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal)
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex : null
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Letters(int flags) => string.Concat(FlagLetters.Where(one => (flags & one.Bit) != 0).Select(one => one.Letters));
}
