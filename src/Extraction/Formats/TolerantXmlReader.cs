using System.Xml;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Reads XML up to where it stops being well-formed, and ends there as if the file did: what came before is worth searching.</summary>
internal sealed class TolerantXmlReader(XmlReader inner, SourceDocument document) : XmlReader
{
    private bool _broken;

    public override int AttributeCount => _broken ? 0 : inner.AttributeCount;

    public override string BaseURI => inner.BaseURI;

    public override int Depth => _broken ? 0 : inner.Depth;

    public override bool EOF => _broken || inner.EOF;

    public override bool IsEmptyElement => _broken || inner.IsEmptyElement;

    public override string LocalName => _broken ? "" : inner.LocalName;

    public override string NamespaceURI => _broken ? "" : inner.NamespaceURI;

    public override XmlNameTable NameTable => inner.NameTable;

    public override XmlNodeType NodeType => _broken ? XmlNodeType.None : inner.NodeType;

    public override string Prefix => _broken ? "" : inner.Prefix;

    public override ReadState ReadState => _broken ? ReadState.EndOfFile : inner.ReadState;

    public override string Value => _broken ? "" : inner.Value;

    public override bool CanReadValueChunk => true;

    public override string GetAttribute(int i) => inner.GetAttribute(i);

    public override string? GetAttribute(string name) => _broken ? null : inner.GetAttribute(name);

    public override string? GetAttribute(string name, string? namespaceURI) => _broken ? null : inner.GetAttribute(name, namespaceURI);

    public override string? LookupNamespace(string prefix) => inner.LookupNamespace(prefix);

    public override bool MoveToAttribute(string name) => !_broken && inner.MoveToAttribute(name);

    public override bool MoveToAttribute(string name, string? ns) => !_broken && inner.MoveToAttribute(name, ns);

    public override bool MoveToElement() => !_broken && inner.MoveToElement();

    public override bool MoveToFirstAttribute() => !_broken && inner.MoveToFirstAttribute();

    public override bool MoveToNextAttribute() => !_broken && inner.MoveToNextAttribute();

    public override bool Read() => Try(static reader => reader.Read());

    public override bool ReadAttributeValue() => !_broken && inner.ReadAttributeValue();

    public override int ReadValueChunk(char[] buffer, int index, int count)
    {
        var read = 0;
        _ = Try(reader => (read = reader.ReadValueChunk(buffer, index, count)) > 0);
        return read;
    }

    public override void ResolveEntity() => inner.ResolveEntity();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private bool Try(Func<XmlReader, bool> step)
    {
        if (_broken)
            return false;
        try
        {
            return step(inner);
        }
        catch (Exception fault) when (fault is XmlException or InvalidDataException or EndOfStreamException)
        {
            _broken = true;
            document.NoteDamage("Part of the content is damaged; what stands before the damage was read.");
            return false;
        }
    }
}
