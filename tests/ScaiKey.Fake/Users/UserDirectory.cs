namespace ScaiDrive.Tests.ScaiKey.Users;

/// <summary>Everybody the provider knows.</summary>
public sealed class UserDirectory
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, FakeUser> _users = DemoUsers.All.ToDictionary(user => user.Id);

    public IReadOnlyList<FakeUser> All
    {
        get
        {
            lock (_lock)
                return [.. _users.Values];
        }
    }

    public FakeUser? Find(string id)
    {
        lock (_lock)
            return _users.GetValueOrDefault(id);
    }

    /// <summary>Adds a user, or takes the place of the one with this id.</summary>
    public void Set(FakeUser user)
    {
        lock (_lock)
            _users[user.Id] = user;
    }
}
