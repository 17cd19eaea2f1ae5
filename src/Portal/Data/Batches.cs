using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Portal.Data;

/// <summary>Several statements in one round trip, within the transaction of a context, in words that both databases understand.</summary>
static class Batches
{
    /// <summary>An empty batch; the context must have a transaction.</summary>
    public static DbBatch CreateBatch(this PortalDbContext db)
    {
        var batch = db.Database.GetDbConnection().CreateBatch();
        batch.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
        return batch;
    }

    /// <summary>Adds a statement; after the batch has run its <see cref="DbBatchCommand.RecordsAffected"/> tells how many rows it touched.</summary>
    public static DbBatchCommand Add(this DbBatch batch, string text, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = text;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        batch.BatchCommands.Add(command);
        return command;
    }
}
