using System.Globalization;
using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>The lists of a WordprocessingML document: abstract definitions, their instances, and what instances override (ECMA-376 part 1, 17.9).</summary>
internal sealed class WordNumbering
{
    private readonly Dictionary<string, Definition> _definitions = [];
    private readonly Dictionary<string, Instance> _instances = [];
    private readonly Dictionary<string, ListStyle?> _lists = [];
    private readonly Dictionary<string, string> _byStyle = [];

    private sealed class Definition(int number)
    {
        internal readonly int Number = number;
        internal readonly Level?[] Levels = new Level?[ListLevel.Count];
        internal string? StyleLink;
    }

    private sealed class Instance
    {
        internal string? Definition;
        internal readonly Level?[] Overrides = new Level?[ListLevel.Count];
        internal readonly Dictionary<int, int> Restarts = [];
    }

    private sealed class Level
    {
        internal int Start;
        internal int Format;
        internal string Text = "";
        internal string? Style;
        internal int? RestartsBelow;
        internal bool IsLegal;
    }

    internal static WordNumbering None { get; } = new();

    internal static WordNumbering Read(OfficePackage package, string part)
    {
        var numbering = new WordNumbering();
        using var reader = package.Open(part);
        if (reader is not null)
            numbering.Read(reader);
        return numbering;
    }

    private void Read(XmlReader reader)
    {
        Definition? definition = null;
        Instance? instance = null;
        Level? level = null;
        var (number, key) = (0, "");
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            switch (reader.LocalName)
            {
                case "abstractNum":
                    (instance, level) = (null, null);
                    _definitions[key = OfficeXml.Attribute(reader, "abstractNumId") ?? ""] = definition = new(_definitions.Count);
                    break;
                case "num":
                    (definition, level) = (null, null);
                    _instances[OfficeXml.Attribute(reader, "numId") ?? ""] = instance = new();
                    break;
                case "abstractNumId" when instance is not null:
                    instance.Definition = OfficeXml.Value(reader);
                    break;
                case "numStyleLink" when definition is not null:
                    definition.StyleLink = OfficeXml.Value(reader);
                    break;
                case "styleLink" when definition is not null && OfficeXml.Value(reader) is { } style:
                    _byStyle.TryAdd(style, key);
                    break;
                case "lvlOverride":
                    number = int.TryParse(OfficeXml.Attribute(reader, "ilvl"), CultureInfo.InvariantCulture, out var overridden) ? overridden : -1;
                    break;
                case "startOverride" when instance is not null && OfficeXml.Number(reader) is { } start:
                    instance.Restarts[number] = start;
                    break;
                case "lvl":
                    level = new();
                    if ((definition?.Levels ?? instance?.Overrides) is { } levels && int.TryParse(OfficeXml.Attribute(reader, "ilvl"), CultureInfo.InvariantCulture, out var at) && at is >= 0 and < ListLevel.Count)
                        levels[at] = level;
                    break;
                case var _ when level is not null:
                    ReadLevel(reader, level);
                    break;
            }
        }
    }

    private static void ReadLevel(XmlReader reader, Level level)
    {
        switch (reader.LocalName)
        {
            case "start":
                level.Start = OfficeXml.Number(reader) ?? 0;
                break;
            case "numFmt" when OfficeXml.Value(reader) is not "custom": // a plain format follows for readers that know no custom ones
                level.Format = NumberWords.Code(OfficeXml.Value(reader));
                break;
            case "lvlText":
                level.Text = Template(OfficeXml.Value(reader) ?? "");
                break;
            case "lvlRestart":
                level.RestartsBelow = OfficeXml.Number(reader);
                break;
            case "isLgl":
                level.IsLegal = OfficeXml.IsOn(reader);
                break;
            case "pStyle":
                level.Style = OfficeXml.Value(reader);
                break;
        }
    }

    // %1 stands for the number of the first level.
    private static string Template(string text)
    {
        for (var level = 0; level < ListLevel.Count; level++)
            text = text.Replace($"%{level + 1}", ((char)level).ToString(), StringComparison.Ordinal);
        return text;
    }

    /// <summary>The list of this number; null when there is none.</summary>
    internal ListStyle? Find(string? number)
    {
        if (number is null || !_instances.TryGetValue(number, out var instance))
            return null;
        if (!_lists.TryGetValue(number, out var list))
            _lists[number] = list = Build(instance);
        return list;
    }

    private ListStyle? Build(Instance instance)
    {
        if (DefinitionOf(instance) is not { } definition)
            return null;
        var levels = new ListLevel[ListLevel.Count];
        for (var i = 0; i < levels.Length; i++)
        {
            var level = instance.Overrides[i] ?? definition.Levels[i] ?? new Level();
            levels[i] = new(level.Start, level.Format, level.Text) { RestartsBelow = level.RestartsBelow, IsLegal = level.IsLegal };
        }
        return new(definition.Number, levels) { Restarts = instance.Restarts };
    }

    // A definition may leave everything to a list style, whose own definition says so.
    private Definition? DefinitionOf(Instance instance)
    {
        if (instance.Definition is null || !_definitions.TryGetValue(instance.Definition, out var definition))
            return null;
        return definition.StyleLink is { } style && _byStyle.TryGetValue(style, out var linked) ? _definitions[linked] : definition;
    }

    /// <summary>The level of a list that a paragraph style stands for, or null.</summary>
    internal int? LevelOfStyle(string number, IEnumerable<string> styles)
    {
        if (!_instances.TryGetValue(number, out var instance) || DefinitionOf(instance) is not { } definition)
            return null;
        foreach (var style in styles)
        {
            for (var level = 0; level < ListLevel.Count; level++)
            {
                if ((instance.Overrides[level] ?? definition.Levels[level])?.Style == style)
                    return level;
            }
        }
        return null;
    }
}
