using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Store;

namespace ScaiDrive.Connectors;

/// <summary>How statements of this room get their parameters: in order, <c>$1</c> first. An array that is a single parameter is passed as an object.</summary>
internal static class Statements
{
    internal static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };

    internal static NpgsqlParameter Number(long? value) => new() { NpgsqlDbType = NpgsqlDbType.Bigint, Value = (object?)value ?? DBNull.Value };

    extension(Database database)
    {
        internal Statement Statement(string sql, params object[] parameters)
        {
            var command = database.CreateCommand(sql);
            command.Parameters.Fill(parameters);
            return command;
        }
    }

    extension(NpgsqlTransaction transaction)
    {
        internal Statement Statement(string sql, params object[] parameters)
        {
            var command = new Statement(transaction, sql);
            command.Parameters.Fill(parameters);
            return command;
        }
    }

    extension(NpgsqlParameterCollection target)
    {
        internal void Fill(params object[] parameters)
        {
            foreach (var parameter in parameters)
                target.Add(parameter as NpgsqlParameter ?? new NpgsqlParameter { Value = parameter });
        }
    }
}
