namespace ScaiDrive.Drive;

/// <summary>Joins what roles and lists say into what a caller may read.</summary>
internal static class ScopeBuilder
{
    internal static ReadScope Build(CallerWords words, ScopeFacts facts, IReadOnlySet<long> sourceAcls)
    {
        var shares = facts.ByRole.ToHashSet(StringComparer.Ordinal);
        var mixed = new HashSet<string>(StringComparer.Ordinal);
        var files = new Dictionary<string, bool>(StringComparer.Ordinal);
        lock (words.Lists.Tree.Gate)
        {
            foreach (var share in facts.Listed)
            {
                if (IsReadable(words.OfPlace(share, share), share, facts))
                    shares.Add(share);
                else
                    shares.Remove(share);
            }

            var whole = shares.ToHashSet(StringComparer.Ordinal);
            foreach (var folder in words.Lists.Map.Places.Where(place => place.Type == ResourceType.Folder && facts.Listed.Contains(place.ShareId)))
            {
                if (IsReadable(words.Of(folder), folder.ShareId, facts) != whole.Contains(folder.ShareId))
                    mixed.Add(folder.ShareId);
            }

            foreach (var file in words.Lists.Map.Files.Where(file => facts.Listed.Contains(file.ShareId)))
            {
                var readable = IsReadable(words.OfFile(file), file.ShareId, facts);
                if (readable == IsReadable(words.OfPlace(file.ShareId, file.PlaceId!), file.ShareId, facts))
                    continue;
                files[file.Id] = readable;
                mixed.Add(file.ShareId);
            }
        }

        shares.UnionWith(mixed);
        return new(shares, sourceAcls, mixed.Count == 0 ? null : new ReadPlaces(words, facts.ByRole, mixed, files));
    }

    private static bool IsReadable(ReadWord word, string shareId, ScopeFacts facts) =>
        word == ReadWord.Allowed || (word == ReadWord.Nothing && facts.ByRole.Contains(shareId));
}
