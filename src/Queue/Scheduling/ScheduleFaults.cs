namespace ScaiDrive.Queue;

/// <summary>A schedule cannot work as it was asked for.</summary>
public sealed class InvalidScheduleException : Exception
{
    /// <summary>Says what is wrong with which field.</summary>
    public InvalidScheduleException(string field, string message)
        : base(message) => Field = field;

    /// <summary>The field as the API writes it, such as <c>time_zone</c>.</summary>
    public string Field { get; }
}

/// <summary>A schedule cannot be changed as it stands.</summary>
public sealed class ScheduleConflictException : Exception
{
    /// <summary>Another schedule of the tenant has this name.</summary>
    public const string NameTaken = "NAME_CONFLICT";

    /// <summary>What owns it keeps it in step; change that instead.</summary>
    public const string Owned = "SCHEDULE_OWNED";

    /// <summary>Says which rule is in the way.</summary>
    public ScheduleConflictException(string code, string message)
        : base(message) => Code = code;

    /// <summary><see cref="NameTaken"/> or <see cref="Owned"/>.</summary>
    public string Code { get; }
}
