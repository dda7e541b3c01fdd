using Npgsql;
using NpgsqlTypes;

namespace ScaiDrive.Queue.Scheduling;

/// <summary>Between rows of <c>queue.schedule</c> and records.</summary>
internal static class ScheduleRow
{
    private const int NowColumn = 34;

    internal static Schedule Read(NpgsqlDataReader row) => new()
    {
        TenantId = row.GetString(0),
        Id = row.GetString(1),
        OwnerId = Text(row, 2),
        Definition = new ScheduleDefinition
        {
            Name = row.GetString(3),
            Kind = row.GetString(4),
            ArgsJson = row.GetString(5),
            Queue = row.GetString(6),
            Connector = Text(row, 7),
            SubjectId = Text(row, 8),
            LimitKey = Text(row, 9),
            UniqueKey = Text(row, 10),
            MaxAttempts = row.GetInt32(11),
            Timing = ReadTiming(row, 12),
            Misfire = row.GetString(18),
            MisfireTolerance = row.GetTimeSpan(19),
            Overlap = row.GetString(20),
        },
        AnchorAt = row.GetFieldValue<DateTimeOffset>(17),
        State = row.GetString(21),
        NextFireAt = Time(row, 22),
        LastFireAt = Time(row, 23),
        LastJobId = row.IsDBNull(24) ? null : row.GetInt64(24),
        LastSkipAt = Time(row, 25),
        LastSkipReason = Text(row, 26),
        Fault = Text(row, 27),
        PausedAt = Time(row, 28),
        Pause = row.IsDBNull(28) ? null : new SchedulePause(Text(row, 30) ?? "", Text(row, 31), Time(row, 29)),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(32),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(33),
    };

    /// <summary>A row of <see cref="ScheduleSql.LockDue"/>.</summary>
    internal static DueSchedule ReadDue(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        new ScheduleDefinition
        {
            Name = row.GetString(2),
            Kind = row.GetString(3),
            ArgsJson = row.GetString(4),
            Queue = row.GetString(5),
            Connector = Text(row, 6),
            SubjectId = Text(row, 7),
            LimitKey = Text(row, 8),
            UniqueKey = Text(row, 9),
            MaxAttempts = row.GetInt32(10),
            Timing = ReadTiming(row, 11),
            Misfire = row.GetString(17),
            MisfireTolerance = row.GetTimeSpan(18),
            Overlap = row.GetString(19),
        },
        row.GetFieldValue<DateTimeOffset>(16),
        row.GetFieldValue<DateTimeOffset>(20),
        row.IsDBNull(21) ? null : row.GetInt64(21),
        row.GetFieldValue<DateTimeOffset>(22));

    internal static DateTimeOffset ReadNow(NpgsqlDataReader row) => row.GetFieldValue<DateTimeOffset>(NowColumn);

    /// <summary>Five columns: every, cron, time_zone, start_at, end_at.</summary>
    private static ScheduleTiming ReadTiming(NpgsqlDataReader row, int first) => new()
    {
        Every = row.IsDBNull(first) ? null : row.GetTimeSpan(first),
        Cron = Text(row, first + 1),
        TimeZone = row.GetString(first + 2),
        StartAt = Time(row, first + 3),
        EndAt = Time(row, first + 4),
    };

    /// <summary>The parameters of <see cref="ScheduleSql.Insert"/> and <see cref="ScheduleSql.Save"/>.</summary>
    internal static object[] Values(
        string tenantId, string id, string? ownerId, ScheduleDefinition definition, DateTimeOffset anchor, DateTimeOffset? next, SchedulePause? pause) =>
    [
        tenantId,
        id,
        Text(ownerId),
        definition.Name,
        definition.Kind,
        definition.ArgsJson,
        definition.Queue,
        Text(definition.Connector),
        Text(definition.SubjectId),
        Text(definition.LimitKey),
        Text(definition.UniqueKey),
        definition.MaxAttempts,
        new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Interval, Value = (object?)definition.Timing.Every ?? DBNull.Value },
        Text(definition.Timing.Cron),
        definition.Timing.TimeZone,
        Time(definition.Timing.StartAt),
        Time(definition.Timing.EndAt),
        Time(anchor),
        definition.Misfire,
        definition.MisfireTolerance,
        definition.Overlap,
        Time(next),
        Time(pause?.Until),
        Text(pause is null ? null : TextColumn.Fit(pause.By, TextColumn.CodeLength)),
        Text(pause?.Reason is { } reason ? TextColumn.Fit(reason, TextColumn.MessageLength) : null),
    ];

    internal static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };

    internal static NpgsqlParameter Time(DateTimeOffset? value) =>
        new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = value is { } time ? time.UtcDateTime : DBNull.Value };

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
