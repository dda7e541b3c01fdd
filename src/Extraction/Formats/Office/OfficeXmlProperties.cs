using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>The properties in an XML file of Office 2003 (<c>o:DocumentProperties</c>).</summary>
internal static class OfficeXmlProperties
{
    internal static void Read(XmlReader reader, DocumentProperties properties)
    {
        var name = "";
        var depth = SafeXml.Enter(reader);
        while (SafeXml.ReadInside(reader, depth))
        {
            if (reader.NodeType == XmlNodeType.Element)
                name = reader.LocalName;
            else if (reader.NodeType == XmlNodeType.Text)
                Set(properties, name, reader.Value);
        }
    }

    private static void Set(DocumentProperties properties, string name, string value)
    {
        switch (name)
        {
            case "Title":
                properties.SetTitle(value);
                break;
            case "Author":
                properties.SetAuthor(value);
                break;
            case "LastAuthor":
                properties.SetLastAuthor(value);
                break;
            case "Created":
                properties.SetCreated(value);
                break;
            case "LastSaved":
                properties.SetModified(value);
                break;
            case "Pages":
                properties.SetPageCount(value);
                break;
            case "Subject" or "Keywords" or "Description" or "Category" or "Company":
                properties.AddWords(value);
                break;
        }
    }
}
