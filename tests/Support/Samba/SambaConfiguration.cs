using System.Net;

namespace ScaiDrive.Tests.Support.Samba;

/// <summary>The configuration file of one server: everything it could share with another Samba lies in its own folder.</summary>
internal static class SambaConfiguration
{
    internal static void Write(
        SambaFolder folder, IPAddress address, IReadOnlyList<int> ports, IReadOnlyList<string> globalLines, IEnumerable<SambaShare> shares)
    {
        string[] lines =
        [
            "[global]",
            "server role = standalone server",
            "workgroup = TESTS",
            "netbios name = FILES",
            "passdb backend = tdbsam",
            $"private dir = {folder.Make("private")}",
            $"state directory = {folder.Make("state")}",
            $"lock directory = {folder.Make("lock")}",
            $"cache directory = {folder.Make("cache")}",
            $"pid directory = {folder.Make("pid")}",
            $"ncalrpc dir = {folder.Make("ncalrpc")}",
            $"log file = {folder.Logs}/log.smbd",
            // With the mask of an interface of the machine; a mask of one host is taken for no interface.
            $"interfaces = {address}/8",
            "bind interfaces only = yes",
            $"smb ports = {string.Join(' ', ports)}",
            "disable netbios = yes",
            "load printers = no",
            "printing = bsd",
            "printcap name = /dev/null",
            "disable spoolss = yes",
            "server min protocol = SMB2_02",
            "vfs objects = acl_xattr",
            "map acl inherit = yes",
            "panic action = /bin/true",
            .. globalLines,
            .. shares.SelectMany(Section),
        ];
        // Replaced in one step: a server that rereads it must not see half.
        File.WriteAllLines(folder.Configuration + ".new", lines);
        File.Move(folder.Configuration + ".new", folder.Configuration, overwrite: true);
    }

    private static IEnumerable<string> Section(SambaShare share) =>
    [
        $"[{share.Name}]",
        $"path = {share.Folder}",
        "read only = no",
        .. share.ActsAsRoot ? ["force user = root"] : Array.Empty<string>(),
        .. share.Lines,
    ];
}
