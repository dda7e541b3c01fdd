namespace ScaiDrive.Connectors;

/// <summary>Which names a source can hold.</summary>
/// <param name="IgnoresCase">Two names that differ only in case are the same entry.</param>
/// <param name="IsWindows">Reserved names, characters and trailing dots or spaces of Windows are refused.</param>
/// <param name="MaxNameLength">Longest name, in UTF-16 units for Windows, in bytes of UTF-8 otherwise.</param>
/// <param name="MaxPathLength">Longest path from the root, in the same units.</param>
public sealed record NameRules(bool IgnoresCase, bool IsWindows, int MaxNameLength, int MaxPathLength)
{
    /// <summary>A Linux file system.</summary>
    public static NameRules Posix { get; } = new(IgnoresCase: false, IsWindows: false, MaxNameLength: 255, MaxPathLength: 4_000);

    /// <summary>A share of a Windows server, or of one that behaves so.</summary>
    public static NameRules Windows { get; } = new(IgnoresCase: true, IsWindows: true, MaxNameLength: 255, MaxPathLength: 32_000);
}
