namespace ScaiDrive.Drive.Audit;

/// <summary>The service that acts for a user while a request is served: every audit event of that time names it, whoever writes it.</summary>
/// <remarks>Kept with the flow of the request rather than handed from room to room, so that no event can forget it.</remarks>
public static class ActingService
{
    private static readonly AsyncLocal<string?> Acting = new();

    /// <summary>Its name; null: users act themselves.</summary>
    public static string? Name
    {
        get => Acting.Value;
        set => Acting.Value = value;
    }
}
