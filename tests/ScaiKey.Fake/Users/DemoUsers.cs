namespace ScaiDrive.Tests.ScaiKey.Users;

/// <summary>Who can sign in without being added. Ada is the owner of the folder that <c>up</c> mirrors.</summary>
public static class DemoUsers
{
    /// <summary>The tenant and the user that <c>up</c> makes before anybody signs in.</summary>
    public static FakeUser Ada { get; } = new("usr_local", "tnt_local", "ada@demo.example", "Ada Admin")
    {
        Groups = ["grp_demo_admins"],
        Scope = "tenant:admin",
        About = "Runs the demo tenant and owns the mirrored folder.",
    };

    public static FakeUser Ruth { get; } = new("usr_demo_ruth", "tnt_local", "ruth@demo.example", "Ruth Reader")
    {
        Groups = ["grp_demo_staff"],
        Scope = "files:read files:write",
        About = "Works in the demo tenant; sees a share only when somebody shares it with her.",
    };

    public static FakeUser Otto { get; } = new("usr_demo_otto", "tnt_demo_other", "otto@other.example", "Otto Outside")
    {
        Scope = "tenant:admin",
        About = "Runs another tenant, and must never see anything of the first.",
    };

    public static IReadOnlyList<FakeUser> All { get; } = [Ada, Ruth, Otto];
}
