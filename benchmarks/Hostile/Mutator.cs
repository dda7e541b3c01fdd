using System.Buffers.Binary;
using System.IO.Compression;

namespace ScaiDrive.Bench.Hostile;

/// <summary>Turns documents into damaged ones. The number of a file and the seed decide everything, so each can be made again alone.</summary>
internal sealed class Mutator(IReadOnlyList<(string Name, byte[] Content)> originals, int seed)
{
    private const int MaxMemberBytes = 8 << 20;

    private static readonly ulong[] Edges = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, ulong.MaxValue];

    private delegate byte[] Mutation(byte[] content, Random random);

    internal HostileFile Create(int number)
    {
        var random = new Random(unchecked(seed * 1_000_003 + number));
        var (name, original) = originals[number % originals.Count]; // every document gets its turn
        (string Name, Mutation Mutate)[] mutations =
        [
            ("flip", Flip), ("cut", Cut), ("splice", Splice), ("zero", Zero), ("length", EditLength), ("repeat", Repeat), ("token", EditToken),
            ("member", MutateMember), ("member", MutateMember), // most office formats show their rules only inside
        ];
        var content = original;
        var label = $"{number} {name}:";
        for (var rounds = random.Next(4) == 0 ? 2 : 1; rounds > 0; rounds--)
        {
            var (what, mutate) = mutations[random.Next(mutations.Length)];
            content = content.Length == 0 ? [0] : mutate(content, random);
            label += $" {what}";
        }
        return new(name, Path.GetExtension(name).TrimStart('.').ToLowerInvariant(), content, label);
    }

    private static byte[] Flip(byte[] content, Random random)
    {
        content = [.. content];
        for (var flips = 1 << random.Next(8); flips > 0; flips--)
            content[Somewhere(content.Length, random)] ^= (byte)(1 << random.Next(8));
        return content;
    }

    private static byte[] Cut(byte[] content, Random random) => content[..random.Next(1, content.Length + 1)];

    private byte[] Splice(byte[] content, Random random)
    {
        var (_, other) = originals[random.Next(originals.Count)];
        return [.. content.AsSpan(0, random.Next(content.Length + 1)), .. other.AsSpan(random.Next(other.Length))];
    }

    private static byte[] Zero(byte[] content, Random random)
    {
        content = [.. content];
        var start = Somewhere(content.Length, random);
        content.AsSpan(start, Math.Min(content.Length - start, 1 << random.Next(14))).Fill((byte)(random.Next(4) == 0 ? 0xFF : 0));
        return content;
    }

    private static byte[] EditLength(byte[] content, Random random)
    {
        content = [.. content, .. new byte[8]];
        for (var edits = 1 << random.Next(4); edits > 0; edits--)
        {
            var field = content.AsSpan(Somewhere(content.Length - 8, random), 8);
            var value = random.Next(3) == 0 ? (ulong)random.Next(content.Length * 2) : Edges[random.Next(Edges.Length)];
            switch (random.Next(6))
            {
                case 0: field[0] = (byte)value; break;
                case 1: BinaryPrimitives.WriteUInt16LittleEndian(field, (ushort)value); break;
                case 2: BinaryPrimitives.WriteUInt16BigEndian(field, (ushort)value); break;
                case 3: BinaryPrimitives.WriteUInt32BigEndian(field, (uint)value); break;
                case 4: BinaryPrimitives.WriteUInt64LittleEndian(field, value); break;
                default: BinaryPrimitives.WriteUInt32LittleEndian(field, (uint)value); break;
            }
        }
        return content[..^8];
    }

    private static byte[] Repeat(byte[] content, Random random)
    {
        var start = Somewhere(content.Length, random);
        var piece = content.AsSpan(start, Math.Min(content.Length - start, 1 << random.Next(12)));
        var times = Math.Min(1 << random.Next(12), (1 << 20) / piece.Length + 1);
        var result = new byte[content.Length + piece.Length * times];
        content.AsSpan(0, start).CopyTo(result);
        for (var i = 0; i < times; i++)
            piece.CopyTo(result.AsSpan(start + i * piece.Length));
        content.AsSpan(start).CopyTo(result.AsSpan(start + times * piece.Length));
        return result;
    }

    // Digits, brackets and slashes are what text formats count, nest and end by.
    private static byte[] EditToken(byte[] content, Random random)
    {
        ReadOnlySpan<byte> marks = "0123456789<>/{}()[]\"'=&;\\:"u8;
        content = [.. content];
        for (var edits = 1 << random.Next(6); edits > 0; edits--)
        {
            var start = Somewhere(content.Length, random);
            if (content.AsSpan(start).IndexOfAny(marks) is >= 0 and var at)
                content[start + at] = marks[random.Next(marks.Length)];
        }
        return content;
    }

    private byte[] MutateMember(byte[] content, Random random)
    {
        Mutation inner = random.Next(6) switch { 0 => Flip, 1 => Cut, 2 => Zero, 3 => EditLength, 4 => Repeat, _ => EditToken };
        if (content.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
            return Regzip(content, random, inner);
        if (!content.AsSpan().StartsWith("PK"u8))
            return inner(content, random);
        try
        {
            using var archive = new ZipArchive(new MemoryStream(content), ZipArchiveMode.Read);
            var members = archive.Entries.Where(static entry => entry.Length <= MaxMemberBytes)
                .Select(static entry => { using var from = entry.Open(); return (entry.FullName, Drain(from)); }).ToList();
            for (var changes = random.Next(1, 4); changes > 0 && members.Count > 0; changes--)
            {
                var which = random.Next(members.Count);
                if (members[which].Item2.Length > 0)
                    members[which] = (members[which].FullName, inner(members[which].Item2, random));
            }
            return OriginalDocuments.Zip(members);
        }
        catch (InvalidDataException)
        {
            return inner(content, random);
        }
    }

    private static byte[] Regzip(byte[] content, Random random, Mutation inner)
    {
        try
        {
            using var unpacked = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
            return Drain(unpacked) is { Length: > 0 } bytes
                ? OriginalDocuments.Packed(static to => new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true), inner(bytes, random)) : content;
        }
        catch (InvalidDataException)
        {
            return inner(content, random);
        }
    }

    private static byte[] Drain(Stream stream)
    {
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }

    // Headers and directories stand at both ends; half of all damage goes there.
    private static int Somewhere(int length, Random random) => random.Next(4) switch
    {
        0 => random.Next(Math.Min(length, 1024)),
        1 => length - 1 - random.Next(Math.Min(length, 1024)),
        _ => random.Next(length),
    };
}
