using System.Security.Cryptography;
using System.Text;

namespace ScaiDrive.Drive;

/// <summary>One entry of a <see cref="SourceAcl"/>.</summary>
/// <param name="Allows">Whether it lets in or keeps out.</param>
/// <param name="Trustee">Whom it means, by the source's own name; <see cref="Everybody"/> for everybody.</param>
public readonly record struct SourceAclEntry(bool Allows, string Trustee)
{
    /// <summary>Stands for every user of the tenant, whatever the mapping.</summary>
    public const string Everybody = "*";

    /// <summary>As stored: a plus or minus, and the trustee.</summary>
    public override string ToString() => (Allows ? "+" : "-") + Trustee;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static SourceAclEntry Parse(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return new(text[0] == '+', text[1..]);
    }
}

/// <summary>Who may read a file at its source. The first entry that means somebody decides; whom none means may not read.</summary>
/// <remarks>An entry that keeps out somebody nobody has mapped to a user or group keeps out everybody: it cannot be told whom it means,
/// and a revoked right must never open again because a mapping is missing.</remarks>
/// <param name="Entries">In the order in which they are judged.</param>
public sealed record SourceAcl(IReadOnlyList<SourceAclEntry> Entries)
{
    /// <summary>Lets nobody in but those who administer the tenant.</summary>
    public static SourceAcl Nobody { get; } = new([]);

    /// <summary>Lets everybody in.</summary>
    public static SourceAcl Everybody { get; } = new([new(true, SourceAclEntry.Everybody)]);

    /// <summary>Equal for equal entries in the same order.</summary>
    internal string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Entries))));

    internal static SourceAcl Of(string[] entries) => new([.. entries.Select(SourceAclEntry.Parse)]);

    internal string[] ToStored() => [.. Entries.Select(entry => entry.ToString())];

    /// <summary>The entry that decides about somebody; null when none means them.</summary>
    /// <param name="theirs">The trustees that stand for them.</param>
    /// <param name="known">All trustees of the source that are mapped.</param>
    public SourceAclEntry? Deciding(IReadOnlySet<string> theirs, IReadOnlySet<string> known)
    {
        ArgumentNullException.ThrowIfNull(theirs);
        ArgumentNullException.ThrowIfNull(known);
        foreach (var entry in Entries)
        {
            if (entry.Trustee == SourceAclEntry.Everybody || theirs.Contains(entry.Trustee) || (!entry.Allows && !known.Contains(entry.Trustee)))
                return entry;
        }

        return null;
    }

    /// <summary>Whether it lets somebody in; as <see cref="Deciding"/>.</summary>
    public bool Admits(IReadOnlySet<string> theirs, IReadOnlySet<string> known) => Deciding(theirs, known) is { Allows: true };
}
