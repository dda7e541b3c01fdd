using System.Globalization;
using System.Text;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>Values as GraphQL writes them (specification of October 2021, 2.9).</summary>
internal static class GraphText
{
    /// <summary>A string value. Characters beyond ASCII stay as they are: escapes of surrogate pairs are not read by every parser.</summary>
    internal static string Quote(string value)
    {
        var quoted = new StringBuilder(value.Length + 2).Append('"');
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\')
                quoted.Append('\\').Append((char)rune.Value);
            else if (rune.Value < ' ')
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            else
                quoted.Append(rune.ToString());
        }

        return quoted.Append('"').ToString();
    }

    internal static string List(IEnumerable<string> values) => $"[{string.Join(',', values.Select(Quote))}]";

    internal static string Vector(ReadOnlySpan<float> vector)
    {
        var list = new StringBuilder(vector.Length * 12).Append('[');
        for (var i = 0; i < vector.Length; i++)
        {
            if (i > 0)
                list.Append(',');
            list.Append(vector[i].ToString("R", CultureInfo.InvariantCulture));
        }

        return list.Append(']').ToString();
    }
}
