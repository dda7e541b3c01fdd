using System.Globalization;

namespace ScaiDrive.Bench.Queue;

/// <summary>The arguments of one bench: <c>--long</c>, and <c>--name N</c> for the numbers it lists.</summary>
internal sealed class BenchArguments
{
    private readonly Dictionary<string, int> numbers;

    private BenchArguments(Dictionary<string, int> numbers, bool isLong) => (this.numbers, IsLong) = (numbers, isLong);

    internal bool IsLong { get; }

    internal int this[string name] => numbers[name];

    /// <summary>Null, with the usage told, when an argument is not understood.</summary>
    /// <param name="bench">Its name.</param>
    /// <param name="args">As given.</param>
    /// <param name="known">Names and values of the default form and of the long one.</param>
    internal static BenchArguments? Parse(string bench, IReadOnlyList<string> args, params ReadOnlySpan<(string Name, int Default, int Long)> known)
    {
        var isLong = args.Contains("--long");
        var numbers = new Dictionary<string, int>();
        foreach (var (name, normal, large) in known)
            numbers[name] = isLong ? large : normal;
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] == "--long")
                continue;
            if (args[i].StartsWith("--", StringComparison.Ordinal) && numbers.ContainsKey(args[i][2..]) && i + 1 < args.Count
                && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            {
                numbers[args[i][2..]] = number;
                i++;
                continue;
            }

            Console.Error.WriteLine($"'{args[i]}' is not understood. usage: bench {bench} [--long] {string.Join(' ', numbers.Select(each => $"[--{each.Key} {each.Value}]"))}");
            return null;
        }

        return new BenchArguments(numbers, isLong);
    }
}
