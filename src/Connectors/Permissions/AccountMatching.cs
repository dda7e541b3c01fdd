using System.Globalization;
using System.Text;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Permissions;

/// <summary>Finds the one user or group that an account of a source must be; never one of several.</summary>
/// <remarks>A wrong match would give somebody another one's rights, so it is careful: an address matches whole, or by its first part when its domain
/// and that of the account agree; a user is matched by name only when the name has two parts or more, in any order, whatever case, accents and
/// punctuation.</remarks>
internal sealed class AccountMatching
{
    private readonly Dictionary<string, List<(string Sid, string? Domain)>> addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<Principal>> byEmail = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<Principal>> byName = new(StringComparer.Ordinal);

    /// <param name="accounts">SID and name of each, <c>DOMAIN\name</c>, <c>name@domain</c> or the name alone.</param>
    internal AccountMatching(IEnumerable<(string Sid, string Name)> accounts)
    {
        foreach (var (sid, name) in accounts)
        {
            var backslash = name.IndexOf('\\', StringComparison.Ordinal);
            var (domain, account) = backslash < 0 ? (null, name) : (name[..backslash], name[(backslash + 1)..]);
            Add(addresses, account.ToLowerInvariant(), (sid, domain));
            Add(names, KeyOf(account), sid);
        }
    }

    internal void Offer(UserCard user)
    {
        var principal = Principal.User(user.Id);
        var address = user.Email?.ToLowerInvariant() ?? "";
        foreach (var (sid, _) in addresses.GetValueOrDefault(address, []))
            Add(byEmail, sid, principal);
        var at = address.IndexOf('@', StringComparison.Ordinal);
        if (at > 0)
        {
            var labels = address[(at + 1)..].Split('.');
            foreach (var (sid, domain) in addresses.GetValueOrDefault(address[..at], []))
            {
                if (domain is not null && labels.Contains(domain.ToLowerInvariant()))
                    Add(byEmail, sid, principal);
            }
        }

        var key = KeyOf(user.DisplayName);
        if (key.Contains(' ', StringComparison.Ordinal))
            OfferName(key, principal);
    }

    internal void Offer(Group group) => OfferName(KeyOf(group.Name), Principal.Group(group.Id));

    /// <summary>The accounts that can be only one. An address counts more than a name.</summary>
    internal IEnumerable<(string Sid, Principal Principal, string How)> Matches() =>
        byEmail.Where(match => match.Value.Count == 1).Select(match => (match.Key, match.Value.Single(), MappingMethods.Email))
            .Concat(byName.Where(match => match.Value.Count == 1 && !byEmail.ContainsKey(match.Key)).Select(match => (match.Key, match.Value.Single(), MappingMethods.Name)));

    /// <summary>The words of a name in one order, lower case, without accents.</summary>
    internal static string KeyOf(string name)
    {
        var plain = new StringBuilder(name.Length);
        foreach (var character in name.Normalize(NormalizationForm.FormKD).ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(character))
                plain.Append(character);
            else if (CharUnicodeInfo.GetUnicodeCategory(character) != UnicodeCategory.NonSpacingMark)
                plain.Append(' ');
        }

        return string.Join(' ', plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    private void OfferName(string key, Principal principal)
    {
        if (key.Length == 0)
            return;
        foreach (var sid in names.GetValueOrDefault(key, []))
            Add(byName, sid, principal);
    }

    private static void Add<T>(Dictionary<string, List<T>> lists, string key, T value)
    {
        if (!lists.TryGetValue(key, out var list))
            lists[key] = list = [];
        list.Add(value);
    }

    private static void Add(Dictionary<string, HashSet<Principal>> sets, string key, Principal value)
    {
        if (!sets.TryGetValue(key, out var set))
            sets[key] = set = [];
        set.Add(value);
    }
}
