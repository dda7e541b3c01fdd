namespace ScaiDrive.Drive;

/// <summary>Who may read a file.</summary>
/// <remarks>The one place that decides it. Until shares have permissions of their own: admins read everything, others what they own and
/// what is public.</remarks>
public static class ReadAccess
{
    /// <summary>Whether somebody may read a file of a share.</summary>
    public static bool Admits(Caller caller, Share share, DriveFile file)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(share);
        ArgumentNullException.ThrowIfNull(file);
        return caller.IsAdmin || share.IsPublic || share.OwnerId == caller.UserId || file.OwnerId == caller.UserId;
    }
}
