using System.Text.Json.Serialization;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Files;

/// <summary>A page of a folder.</summary>
internal sealed record ChildrenAnswer : Answer
{
    public required IReadOnlyList<ChildEntry> Items { get; init; }

    /// <summary>Path of the folder, <c>/</c> for the root.</summary>
    public required string Path { get; init; }

    /// <summary>All entries that the caller may read, not only those of this page.</summary>
    public required long Total { get; init; }
}

/// <summary>A folder or file inside a folder.</summary>
internal sealed record ChildEntry
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary><c>folder</c> or <c>file</c>.</summary>
    public required string Type { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Size { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MimeType { get; init; }

    public required DateTimeOffset ModifiedAt { get; init; }

    public required bool IsDeleted { get; init; }

    internal static ChildEntry From(ChildItem item) => new()
    {
        Id = item.Id,
        Name = item.Name,
        Type = item.Kind == ItemKind.Folder ? "folder" : "file",
        Size = item.SizeBytes,
        MimeType = item.MimeType,
        ModifiedAt = item.ModifiedAt,
        IsDeleted = item.IsDeleted,
    };
}
