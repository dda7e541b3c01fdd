namespace ScaiDrive.Connectors.Permissions;

/// <summary>Bits of an access mask for files (MS-DTYP 2.4.3, MS-SMB2 2.2.13.1).</summary>
internal static class FileRights
{
    internal const uint ReadData = 0x0000_0001;
    internal const uint WriteData = 0x0000_0002;
    internal const uint Delete = 0x0001_0000;
    internal const uint ReadControl = 0x0002_0000;
    internal const uint WriteDac = 0x0004_0000;

    internal const uint Read = 0x0012_0089;
    internal const uint Write = 0x0012_0116;
    internal const uint Execute = 0x0012_00A0;
    internal const uint All = 0x001F_01FF;

    internal const uint GenericRead = 0x8000_0000;
    internal const uint GenericWrite = 0x4000_0000;
    internal const uint GenericExecute = 0x2000_0000;
    internal const uint GenericAll = 0x1000_0000;

    private const uint Generic = GenericRead | GenericWrite | GenericExecute | GenericAll;

    /// <summary>The mask with generic rights replaced by what they mean for a file.</summary>
    internal static uint Mapped(uint mask) =>
        (mask & ~Generic)
        | ((mask & GenericRead) != 0 ? Read : 0)
        | ((mask & GenericWrite) != 0 ? Write : 0)
        | ((mask & GenericExecute) != 0 ? Execute : 0)
        | ((mask & GenericAll) != 0 ? All : 0);
}
