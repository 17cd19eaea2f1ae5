using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Data.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class Trash : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "TrashDays",
                schema: "projects",
                table: "project",
                type: "int",
                nullable: true);

            migrationBuilder.AlterColumn<long>(
                name: "RepositoryId",
                schema: "artifacts",
                table: "deletion",
                type: "bigint",
                nullable: true,
                oldClrType: typeof(long),
                oldType: "bigint");

            migrationBuilder.AddColumn<int>(
                name: "Artifacts",
                schema: "artifacts",
                table: "deletion",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<Guid>(
                name: "Batch",
                schema: "artifacts",
                table: "deletion",
                type: "uniqueidentifier",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Cause",
                schema: "artifacts",
                table: "deletion",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "Content",
                schema: "artifacts",
                table: "deletion",
                type: "nvarchar(max)",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "DestroyedAt",
                schema: "artifacts",
                table: "deletion",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "ExpiresAt",
                schema: "artifacts",
                table: "deletion",
                type: "datetimeoffset",
                nullable: false,
                defaultValue: new DateTimeOffset(new DateTime(1, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified), new TimeSpan(0, 0, 0, 0, 0)));

            migrationBuilder.AddColumn<int>(
                name: "Kind",
                schema: "artifacts",
                table: "deletion",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "Name",
                schema: "artifacts",
                table: "deletion",
                type: "nvarchar(640)",
                maxLength: 640,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "OwnBytes",
                schema: "artifacts",
                table: "deletion",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "Reason",
                schema: "artifacts",
                table: "deletion",
                type: "nvarchar(512)",
                maxLength: 512,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "SharedBytes",
                schema: "artifacts",
                table: "deletion",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "Tags",
                schema: "artifacts",
                table: "deletion",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "garbage",
                schema: "artifacts",
                columns: table => new
                {
                    Digest = table.Column<string>(type: "nvarchar(135)", maxLength: 135, nullable: false),
                    State = table.Column<int>(type: "int", nullable: false),
                    Size = table.Column<long>(type: "bigint", nullable: false),
                    IsManifest = table.Column<bool>(type: "bit", nullable: false),
                    MarkedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    Claim = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    ClaimedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    GoneAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_garbage", x => x.Digest);
                });

            migrationBuilder.CreateTable(
                name: "garbage_link",
                schema: "artifacts",
                columns: table => new
                {
                    Digest = table.Column<string>(type: "nvarchar(135)", maxLength: 135, nullable: false),
                    Repository = table.Column<string>(type: "nvarchar(536)", maxLength: 536, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_garbage_link", x => new { x.Digest, x.Repository });
                });

            migrationBuilder.CreateIndex(
                name: "IX_deletion_Batch",
                schema: "artifacts",
                table: "deletion",
                column: "Batch");

            migrationBuilder.CreateIndex(
                name: "IX_deletion_DestroyedAt_RestoredAt_ExpiresAt",
                schema: "artifacts",
                table: "deletion",
                columns: new[] { "DestroyedAt", "RestoredAt", "ExpiresAt" });

            migrationBuilder.CreateIndex(
                name: "IX_artifact_DeletionId",
                schema: "artifacts",
                table: "artifact",
                column: "DeletionId");

            migrationBuilder.CreateIndex(
                name: "IX_garbage_State_Digest",
                schema: "artifacts",
                table: "garbage",
                columns: new[] { "State", "Digest" });

            // What was deleted before there was a window gets a whole one from now on.
            migrationBuilder.Sql("""
                UPDATE d SET [ExpiresAt] = DATEADD(day, 14, SYSDATETIMEOFFSET()),
                    [Name] = (SELECT p.[Name] + N'/' + r.[Name] FROM artifacts.repository AS r JOIN projects.project AS p ON p.[Id] = r.[ProjectId] WHERE r.[Id] = d.[RepositoryId]),
                    [Artifacts] = (SELECT COUNT(*) FROM artifacts.artifact AS a WHERE a.[DeletionId] = d.[Id]),
                    [Tags] = (SELECT COUNT(*) FROM artifacts.tag_event AS e WHERE e.[DeletionId] = d.[Id]),
                    [Kind] = CASE WHEN EXISTS (SELECT 1 FROM artifacts.repository AS r WHERE r.[DeletionId] = d.[Id]) THEN 2
                        WHEN EXISTS (SELECT 1 FROM artifacts.artifact AS a WHERE a.[DeletionId] = d.[Id]) THEN 1 ELSE 0 END
                FROM artifacts.deletion AS d
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "garbage",
                schema: "artifacts");

            migrationBuilder.DropTable(
                name: "garbage_link",
                schema: "artifacts");

            migrationBuilder.DropIndex(
                name: "IX_deletion_Batch",
                schema: "artifacts",
                table: "deletion");

            migrationBuilder.DropIndex(
                name: "IX_deletion_DestroyedAt_RestoredAt_ExpiresAt",
                schema: "artifacts",
                table: "deletion");

            migrationBuilder.DropIndex(
                name: "IX_artifact_DeletionId",
                schema: "artifacts",
                table: "artifact");

            migrationBuilder.DropColumn(
                name: "TrashDays",
                schema: "projects",
                table: "project");

            migrationBuilder.DropColumn(
                name: "Artifacts",
                schema: "artifacts",
                table: "deletion");

            migrationBuilder.DropColumn(
                name: "Batch",
                schema: "artifacts",
                table: "deletion");

            migrationBuilder.DropColumn(
                name: "Cause",
                schema: "artifacts",
                table: "deletion");

            migrationBuilder.DropColumn(
                name: "Content",
                schema: "artifacts",
                table: "deletion");

            migrationBuilder.DropColumn(
                name: "DestroyedAt",
                schema: "artifacts",
                table: "deletion");

            migrationBuilder.DropColumn(
                name: "ExpiresAt",
                schema: "artifacts",
                table: "deletion");

            migrationBuilder.DropColumn(
                name: "Kind",
                schema: "artifacts",
                table: "deletion");

            migrationBuilder.DropColumn(
                name: "Name",
                schema: "artifacts",
                table: "deletion");

            migrationBuilder.DropColumn(
                name: "OwnBytes",
                schema: "artifacts",
                table: "deletion");

            migrationBuilder.DropColumn(
                name: "Reason",
                schema: "artifacts",
                table: "deletion");

            migrationBuilder.DropColumn(
                name: "SharedBytes",
                schema: "artifacts",
                table: "deletion");

            migrationBuilder.DropColumn(
                name: "Tags",
                schema: "artifacts",
                table: "deletion");

            migrationBuilder.AlterColumn<long>(
                name: "RepositoryId",
                schema: "artifacts",
                table: "deletion",
                type: "bigint",
                nullable: false,
                defaultValue: 0L,
                oldClrType: typeof(long),
                oldType: "bigint",
                oldNullable: true);
        }
    }
}
