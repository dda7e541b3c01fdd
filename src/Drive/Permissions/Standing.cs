using Npgsql;

namespace ScaiDrive.Drive;

/// <summary>What lists and roles say of one caller and one resource, and what follows from it.</summary>
/// <param name="InTrashedShare">Its share is in the trash.</param>
/// <param name="Owns">The share belongs to the caller, or to a group of theirs.</param>
/// <param name="Role">What members and everybody have in the share.</param>
/// <param name="Allowed">What each level that speaks of the caller allows, the nearest first.</param>
/// <param name="Denied">What it denies.</param>
/// <param name="SourceAclId">The list of the source that has to let them in as well.</param>
internal sealed record Standing(bool InTrashedShare, bool Owns, Rights Role, int[] Allowed, int[] Denied, long? SourceAclId)
{
    /// <summary>The rights, as far as ScaiDrive decides.</summary>
    internal Rights Rights
    {
        get
        {
            var (decided, rights) = (Rights.None, Rights.None);
            for (var level = 0; level < Allowed.Length; level++)
            {
                var (allowed, denied) = ((Rights)Allowed[level], (Rights)Denied[level]);
                rights |= allowed & ~denied & ~decided;
                decided |= allowed | denied;
            }

            rights |= (Owns ? Rights.All : Role) & ~decided;
            // What nobody may see nobody may change.
            return rights.HasFlag(Rights.Read) ? rights : Rights.None;
        }
    }

    /// <summary>From a row of <see cref="AccessSql.RightsOf"/>.</summary>
    internal static Standing Of(NpgsqlDataReader row) => new(
        row.GetBoolean(1), row.GetBoolean(2), (Rights)row.GetInt32(3), Bits(row, 4), Bits(row, 5), row.IsDBNull(6) ? null : row.GetInt64(6));

    private static int[] Bits(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? [] : row.GetFieldValue<int[]>(column);
}
