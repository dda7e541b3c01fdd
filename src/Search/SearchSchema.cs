using ScaiDrive.Store;

namespace ScaiDrive.Search;

/// <summary>The tables of this room, all in the PostgreSQL schema <c>search</c>.</summary>
public static class SearchSchema
{
    /// <summary>The migrations, for <see cref="Migrator"/>.</summary>
    public static MigrationSet Migrations { get; } = new("search", typeof(SearchSchema).Assembly);
}
