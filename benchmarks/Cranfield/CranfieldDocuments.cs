namespace ScaiDrive.Bench.Cranfield;

/// <summary>One document of the Cranfield collection.</summary>
internal sealed record CranfieldDocument(int Id, string Title, string Text);

/// <summary>Reads the collection's SMART format: <c>.I</c> number, <c>.T</c> title, <c>.A</c>, <c>.B</c>, <c>.W</c> text.</summary>
internal static class CranfieldDocuments
{
    internal static List<CranfieldDocument> Read(string path)
    {
        var documents = new List<CranfieldDocument>();
        var fields = new Dictionary<char, List<string>>();
        var (id, field) = (0, ' ');
        foreach (var line in File.ReadLines(path).Append(".I 0"))
        {
            if (line.StartsWith(".I ", StringComparison.Ordinal))
            {
                if (id != 0)
                    documents.Add(new CranfieldDocument(id, Join('T'), Join('W')));
                fields.Clear();
                id = int.Parse(line.AsSpan(3), System.Globalization.CultureInfo.InvariantCulture);
            }
            else if (line is ['.', 'T' or 'A' or 'B' or 'W'])
                field = line[1];
            else
                (fields.TryGetValue(field, out var lines) ? lines : fields[field] = []).Add(line);
        }

        return documents;

        string Join(char name) => fields.TryGetValue(name, out var lines) ? string.Join('\n', lines) : "";
    }
}
