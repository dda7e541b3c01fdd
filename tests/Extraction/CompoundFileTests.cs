using ScaiDrive.Extraction.Formats.Office;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Extraction.Tests;

public sealed class CompoundFileTests
{
    [CorpusFact]
    public void Streams_and_the_summary_of_an_old_office_file_are_read()
    {
        foreach (var (name, stream, title) in new[] { ("testWORD.doc", "WordDocument", "Sample Word Document"), ("testEXCEL.xls", "Workbook", "Simple Excel document") })
        {
            using var compound = CompoundFile.Open(new(Corpus(name), "", name, new()));

            Assert.Equal(title, PropertySet.Summary(compound).Title);
            var entry = compound.Find(stream)!;
            Assert.Equal(entry.Length, compound.ReadAll(entry, int.MaxValue).Length);
        }
    }

    [CorpusFact]
    public void A_compound_file_that_is_cut_or_loops_ends_where_its_chains_end()
    {
        var whole = File.ReadAllBytes(Corpus("testWORD.doc"));
        var path = Path.GetTempFileName();
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var bytes = whole[..random.Next(1, whole.Length)];
            for (var i = 0; i < 20; i++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, bytes);
            try
            {
                using var compound = CompoundFile.Open(new(path, "", "a.doc", new()));
                foreach (var entry in compound.Root.Children)
                    Assert.InRange(compound.ReadAll(entry, 1 << 20).Length, 0, bytes.Length);
            }
            catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
            {
                // Nothing left to read.
            }
        }
        File.Delete(path);
    }

    private static string Corpus(string name) => Path.Combine(RepositoryPaths.Corpus!, "documents", name);
}
