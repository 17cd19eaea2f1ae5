using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Data.PostgreSql.Migrations
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
                type: "integer",
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
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<Guid>(
                name: "Batch",
                schema: "artifacts",
                table: "deletion",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Cause",
                schema: "artifacts",
                table: "deletion",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "Content",
                schema: "artifacts",
                table: "deletion",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "DestroyedAt",
                schema: "artifacts",
                table: "deletion",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "ExpiresAt",
                schema: "artifacts",
                table: "deletion",
                type: "timestamp with time zone",
                nullable: false,
                defaultValue: new DateTimeOffset(new DateTime(1, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified), new TimeSpan(0, 0, 0, 0, 0)));

            migrationBuilder.AddColumn<int>(
                name: "Kind",
                schema: "artifacts",
                table: "deletion",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "Name",
                schema: "artifacts",
                table: "deletion",
                type: "character varying(640)",
                maxLength: 640,
                nullable: false,
                defaultValue: "",
                collation: "C");

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
                type: "character varying(512)",
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
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "garbage",
                schema: "artifacts",
                columns: table => new
                {
                    Digest = table.Column<string>(type: "character varying(135)", maxLength: 135, nullable: false, collation: "C"),
                    State = table.Column<int>(type: "integer", nullable: false),
                    Size = table.Column<long>(type: "bigint", nullable: false),
                    IsManifest = table.Column<bool>(type: "boolean", nullable: false),
                    MarkedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Claim = table.Column<Guid>(type: "uuid", nullable: true),
                    ClaimedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    GoneAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
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
                    Digest = table.Column<string>(type: "character varying(135)", maxLength: 135, nullable: false, collation: "C"),
                    Repository = table.Column<string>(type: "character varying(536)", maxLength: 536, nullable: false)
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
                UPDATE artifacts.deletion AS d SET "ExpiresAt" = now() + interval '14 days',
                    "Name" = (SELECT p."Name" || '/' || r."Name" FROM artifacts.repository AS r JOIN projects.project AS p ON p."Id" = r."ProjectId" WHERE r."Id" = d."RepositoryId"),
                    "Artifacts" = (SELECT COUNT(*) FROM artifacts.artifact AS a WHERE a."DeletionId" = d."Id"),
                    "Tags" = (SELECT COUNT(*) FROM artifacts.tag_event AS e WHERE e."DeletionId" = d."Id"),
                    "Kind" = CASE WHEN EXISTS (SELECT 1 FROM artifacts.repository AS r WHERE r."DeletionId" = d."Id") THEN 2
                        WHEN EXISTS (SELECT 1 FROM artifacts.artifact AS a WHERE a."DeletionId" = d."Id") THEN 1 ELSE 0 END
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
