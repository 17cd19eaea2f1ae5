using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Data.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class Quotas : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "quotas");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "ChangedAt",
                schema: "artifacts",
                table: "project_storage",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Noted",
                schema: "artifacts",
                table: "project_storage",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "RefusedAt",
                schema: "artifacts",
                table: "project_storage",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "RepositoryLimit",
                schema: "artifacts",
                table: "project_storage",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "TagLimit",
                schema: "artifacts",
                table: "project_storage",
                type: "int",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "request",
                schema: "quotas",
                columns: table => new
                {
                    Id = table.Column<int>(type: "int", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    ProjectId = table.Column<int>(type: "int", nullable: false),
                    Bytes = table.Column<long>(type: "bigint", nullable: false),
                    Reason = table.Column<string>(type: "nvarchar(1000)", maxLength: 1000, nullable: false),
                    State = table.Column<int>(type: "int", nullable: false),
                    RequestedBy = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false),
                    RequestedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    DecidedBy = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false),
                    DecidedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    Answer = table.Column<string>(type: "nvarchar(1000)", maxLength: 1000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_request", x => x.Id);
                    table.ForeignKey(
                        name: "FK_request_project_ProjectId",
                        column: x => x.ProjectId,
                        principalSchema: "projects",
                        principalTable: "project",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_request_ProjectId_Id",
                schema: "quotas",
                table: "request",
                columns: new[] { "ProjectId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_request_State_RequestedAt",
                schema: "quotas",
                table: "request",
                columns: new[] { "State", "RequestedAt" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "request",
                schema: "quotas");

            migrationBuilder.DropColumn(
                name: "ChangedAt",
                schema: "artifacts",
                table: "project_storage");

            migrationBuilder.DropColumn(
                name: "Noted",
                schema: "artifacts",
                table: "project_storage");

            migrationBuilder.DropColumn(
                name: "RefusedAt",
                schema: "artifacts",
                table: "project_storage");

            migrationBuilder.DropColumn(
                name: "RepositoryLimit",
                schema: "artifacts",
                table: "project_storage");

            migrationBuilder.DropColumn(
                name: "TagLimit",
                schema: "artifacts",
                table: "project_storage");
        }
    }
}
