using ScaiDrive.Connectors.Runs;

namespace ScaiDrive.Connectors.Sync;

/// <summary>What the walk counted and could not take since the last part of its writes; becomes the run's with the part that they belong to.</summary>
internal sealed class Findings
{
    private readonly List<(string Path, SourceFault Fault, string Action)> problems = [];

    internal int Listed { get; set; }

    internal int Unchanged { get; set; }

    internal int Excluded { get; set; }

    internal IReadOnlyList<(string Path, SourceFault Fault, string Action)> Problems => problems;

    internal bool IsEmpty => Listed + Unchanged + Excluded + problems.Count == 0;

    internal void AddError(string path, SourceFault fault) => problems.Add((path, fault, ItemActions.Error));

    internal void AddSkipped(string path, SourceFault fault) => problems.Add((path, fault, ItemActions.Skipped));
}
