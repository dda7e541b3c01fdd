using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>Markup that stands twice, for new readers (<c>Choice</c>) and for old ones (<c>Fallback</c>), is read once (ECMA-376 part 3, 7.7).</summary>
internal sealed class MarkupChoice
{
    private readonly Stack<bool> _taken = new();

    /// <summary>Looks at the present node. True when it has been dealt with: the reader goes on after it.</summary>
    internal bool Handles(XmlReader reader, ExtractionLimits limits)
    {
        switch (reader.NodeType, reader.LocalName)
        {
            case (XmlNodeType.Element, "AlternateContent"):
                if (!reader.IsEmptyElement)
                    _taken.Push(false);
                return true;
            case (XmlNodeType.EndElement, "AlternateContent"):
                _taken.TryPop(out _);
                return true;
            case (XmlNodeType.Element, "Choice") when _taken.TryPop(out var taken):
                _taken.Push(true);
                if (taken)
                    SafeXml.Skip(reader, limits);
                return true;
            case (XmlNodeType.Element, "Fallback") when _taken.TryPeek(out var taken) && taken:
                SafeXml.Skip(reader, limits);
                return true;
            default:
                return false;
        }
    }
}
