using Npgsql;
using NpgsqlTypes;

namespace ScaiDrive.Queue.Scheduling;

/// <summary>Between rows of <c>queue.schedule</c> and records.</summary>
internal static class ScheduleRow
{
    private const int NowColumn = 33;

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
            UniqueKey = Text(row, 9),
            MaxAttempts = row.GetInt32(10),
            Timing = ReadTiming(row, 11),
            Misfire = row.GetString(17),
            MisfireTolerance = row.GetTimeSpan(18),
            Overlap = row.GetString(19),
        },
        AnchorAt = row.GetFieldValue<DateTimeOffset>(16),
        State = row.GetString(20),
        NextFireAt = Time(row, 21),
        LastFireAt = Time(row, 22),
        LastJobId = row.IsDBNull(23) ? null : row.GetInt64(23),
        LastSkipAt = Time(row, 24),
        LastSkipReason = Text(row, 25),
        Fault = Text(row, 26),
        PausedAt = Time(row, 27),
        Pause = row.IsDBNull(27) ? null : new SchedulePause(Text(row, 29) ?? "", Text(row, 30), Time(row, 28)),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(31),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(32),
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
            UniqueKey = Text(row, 8),
            MaxAttempts = row.GetInt32(9),
            Timing = ReadTiming(row, 10),
            Misfire = row.GetString(16),
            MisfireTolerance = row.GetTimeSpan(17),
            Overlap = row.GetString(18),
        },
        row.GetFieldValue<DateTimeOffset>(15),
        row.GetFieldValue<DateTimeOffset>(19),
        row.IsDBNull(20) ? null : row.GetInt64(20),
        row.GetFieldValue<DateTimeOffset>(21));

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
