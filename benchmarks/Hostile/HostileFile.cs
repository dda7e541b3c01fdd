namespace ScaiDrive.Bench.Hostile;

/// <summary>One file that means harm.</summary>
/// <param name="Name">With the extension of what it was, or pretends to be.</param>
/// <param name="Format">What the figures are counted by: an extension, or <c>bomb</c>.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Label">How to make it again.</param>
internal sealed record HostileFile(string Name, string Format, byte[] Content, string Label);
