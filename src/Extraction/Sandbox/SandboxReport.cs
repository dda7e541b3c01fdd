using ScaiDrive.Extraction.Sandbox;
using ScaiDrive.Extraction.Tools;

namespace ScaiDrive.Extraction;

/// <summary>What keeps children in their place on this machine, and which tools they find.</summary>
/// <param name="LandlockVersion">Version of the kernel's Landlock; 0: none, children can then write wherever the worker's user can.</param>
/// <param name="SocketsRefused">True when a seccomp filter takes the network away from children.</param>
/// <param name="Tools">Name of each program a reader needs, with its full path, or null when it is not installed.</param>
/// <param name="Notes">One sentence for each thing that is missing; empty when all is in force.</param>
public sealed record SandboxReport(
    int LandlockVersion, bool SocketsRefused, IReadOnlyDictionary<string, string?> Tools, IReadOnlyList<string> Notes)
{
    private static readonly (string Tool, string Package)[] Needed =
        [("pdftotext", "poppler-utils"), ("pdfinfo", "poppler-utils"), ("pdftoppm", "poppler-utils"), ("tesseract", "tesseract-ocr")];

    /// <summary>Looks at this machine; starts nothing.</summary>
    public static SandboxReport Describe()
    {
        var landlock = Confinement.LandlockVersion();
        var seccomp = Confinement.HasSeccomp();
        var tools = Needed.ToDictionary(static need => need.Tool, static need => ExternalTool.Find(need.Tool));
        List<string> notes = [.. Needed.Where(need => tools[need.Tool] is null).Select(static need => $"{need.Tool} is missing: install the package {need.Package}.")];
        if (landlock == 0)
            notes.Add("The kernel has no Landlock: extraction children can write outside their private folder.");
        if (!seccomp)
            notes.Add("The kernel takes no seccomp filter: extraction children can open network connections.");
        return new(landlock, seccomp, tools, notes);
    }
}
