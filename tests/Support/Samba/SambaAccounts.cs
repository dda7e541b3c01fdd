namespace ScaiDrive.Tests.Support.Samba;

/// <summary>Users and groups that only one server knows: its programs read them from files of its own in place of the machine's, so that no account
/// of the machine is used or left behind.</summary>
internal sealed class SambaAccounts(string folder, SambaOptions options)
{
    // Ids that no machine gives to people.
    private const int FirstUserId = 3_000_001;
    private const int UsersGroupId = 3_100_000;

    private string UsersFile => Path.Combine(folder, "passwd");

    private string GroupsFile => Path.Combine(folder, "group");

    internal IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>(options.Environment)
    {
        ["LD_PRELOAD"] = "libnss_wrapper.so",
        ["NSS_WRAPPER_PASSWD"] = UsersFile,
        ["NSS_WRAPPER_GROUP"] = GroupsFile,
    };

    internal static int UserIdOf(SambaOptions options, string user) =>
        FirstUserId + options.Users.TakeWhile(one => one.Name != user).Count();

    internal void WriteFiles()
    {
        File.WriteAllLines(UsersFile, [
            "root:x:0:0:root:/:/bin/false",
            "nobody:x:65534:65534:nobody:/:/bin/false",
            .. options.Users.Select(user => $"{user.Name}:x:{UserIdOf(options, user.Name)}:{UsersGroupId}:{user.FullName}:/:/bin/false"),
        ]);
        File.WriteAllLines(GroupsFile, [
            "root:x:0:",
            "nogroup:x:65534:",
            $"smbusers:x:{UsersGroupId}:",
            .. options.Groups.Select((group, number) => $"{group.Name}:x:{UsersGroupId + 1 + number}:{string.Join(',', group.Members)}"),
        ]);
    }

    internal async Task RegisterAsync(Func<string, IReadOnlyList<string>, string, Task<string>> run)
    {
        foreach (var user in options.Users)
        {
            // From standard input: other users of the machine can read command lines.
            await run("pdbedit", ["--create", "--password-from-stdin", "--user", user.Name, "--fullname", user.FullName], $"{user.Password}\n{user.Password}\n");
        }

        foreach (var group in options.Groups)
            await run("net", ["groupmap", "add", $"ntgroup={group.Name}", $"unixgroup={group.Name}", "type=domain"], "");
    }
}
