using System.Globalization;
using System.Text;

namespace ScaiDrive.Bench.Hostile;

/// <summary>Bombs of text: entities, depth, repetition.</summary>
internal static class MarkupBombs
{
    internal static byte[] Laughs(string root)
    {
        var text = new StringBuilder("<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol0 \"lol\">");
        for (var level = 1; level <= 9; level++)
            text.Append(CultureInfo.InvariantCulture, $"<!ENTITY lol{level} \"{string.Concat(Enumerable.Repeat($"&lol{level - 1};", 10))}\">");
        return Encoding.UTF8.GetBytes(text.Append("]>").Append(root).ToString());
    }

    internal static byte[] Quadratic() => Encoding.UTF8.GetBytes(
        $"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x \"{new string('x', 100_000)}\">]><a>{string.Concat(Enumerable.Repeat("&x;", 100_000))}</a>");

    internal static byte[] NestedUse()
    {
        var text = new StringBuilder("<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'><defs><g id='a0'><text>boom</text></g>");
        for (var level = 1; level <= 30; level++)
            text.Append(CultureInfo.InvariantCulture, $"<g id='a{level}'>{string.Concat(Enumerable.Repeat($"<use xlink:href='#a{level - 1}'/>", 10))}</g>");
        return Encoding.UTF8.GetBytes(text.Append("</defs><use xlink:href='#a30'/><use id='self' href='#self'/></svg>").ToString());
    }

    internal static byte[] Deep(string start, string tag, int depth) => Encoding.UTF8.GetBytes(
        start + string.Concat(Enumerable.Repeat($"<{tag}>", depth)) + "x" + string.Concat(Enumerable.Repeat($"</{tag}>", depth)));

    internal static byte[] Repeated(string start, string piece, int times)
    {
        var text = new StringBuilder(start, start.Length + piece.Length * times);
        for (var i = 0; i < times; i++)
            text.Append(piece);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    internal static byte[] Attributes(int count)
    {
        var text = new StringBuilder("<?xml version=\"1.0\"?><a ");
        for (var i = 0; i < count; i++)
            text.Append(CultureInfo.InvariantCulture, $"a{i}='' ");
        return Encoding.UTF8.GetBytes(text.Append("/>").ToString());
    }
}

/// <summary>Mails that never end.</summary>
internal static class MailBombs
{
    internal static byte[] NestedParts(int depth)
    {
        var text = new StringBuilder("From: a@b.example\nMIME-Version: 1.0\n");
        for (var level = 0; level < depth; level++)
            text.Append(CultureInfo.InvariantCulture, $"Content-Type: multipart/mixed; boundary=\"b{level}\"\n\n--b{level}\n");
        return Encoding.ASCII.GetBytes(text.Append("\nthe core\n").ToString());
    }

    internal static byte[] NestedMessages(int depth) =>
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("From: a@b.example\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n", depth)) + "From: a@b.example\n\nthe core\n");

    internal static byte[] ManyParts(int count) => Encoding.ASCII.GetBytes(
        "From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + string.Concat(Enumerable.Repeat("--b\n\nx\n", count)) + "--b--\n");
}
