using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Data.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class Rules : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "protection");

            migrationBuilder.EnsureSchema(
                name: "immutability");

            migrationBuilder.CreateTable(
                name: "content_policy",
                schema: "protection",
                columns: table => new
                {
                    ProjectId = table.Column<int>(type: "int", nullable: false),
                    Allowed = table.Column<string>(type: "nvarchar(3870)", maxLength: 3870, nullable: false),
                    UpdatedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    UpdatedBy = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_policy", x => x.ProjectId);
                    table.ForeignKey(
                        name: "FK_content_policy_project_ProjectId",
                        column: x => x.ProjectId,
                        principalSchema: "projects",
                        principalTable: "project",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "exemption",
                schema: "immutability",
                columns: table => new
                {
                    ProjectId = table.Column<int>(type: "int", nullable: false),
                    Reason = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    CreatedBy = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_exemption", x => x.ProjectId);
                    table.ForeignKey(
                        name: "FK_exemption_project_ProjectId",
                        column: x => x.ProjectId,
                        principalSchema: "projects",
                        principalTable: "project",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "lock",
                schema: "protection",
                columns: table => new
                {
                    Id = table.Column<int>(type: "int", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    ProjectId = table.Column<int>(type: "int", nullable: false),
                    Repository = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false),
                    Tag = table.Column<string>(type: "nvarchar(128)", maxLength: 128, nullable: false),
                    Digest = table.Column<string>(type: "nvarchar(135)", maxLength: 135, nullable: false),
                    Reason = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false),
                    Until = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    CreatedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    CreatedBy = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lock", x => x.Id);
                    table.ForeignKey(
                        name: "FK_lock_project_ProjectId",
                        column: x => x.ProjectId,
                        principalSchema: "projects",
                        principalTable: "project",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "rule",
                schema: "immutability",
                columns: table => new
                {
                    Id = table.Column<int>(type: "int", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    ProjectId = table.Column<int>(type: "int", nullable: true),
                    Name = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    Disabled = table.Column<bool>(type: "bit", nullable: false),
                    Expirable = table.Column<bool>(type: "bit", nullable: false),
                    RepositoryKind = table.Column<int>(type: "int", nullable: false),
                    RepositoryExcludes = table.Column<bool>(type: "bit", nullable: false),
                    RepositoryPattern = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: false),
                    TagKind = table.Column<int>(type: "int", nullable: false),
                    TagExcludes = table.Column<bool>(type: "bit", nullable: false),
                    TagPattern = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    CreatedBy = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false),
                    UpdatedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rule", x => x.Id);
                    table.ForeignKey(
                        name: "FK_rule_project_ProjectId",
                        column: x => x.ProjectId,
                        principalSchema: "projects",
                        principalTable: "project",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_lock_ProjectId_Repository_Tag_Digest",
                schema: "protection",
                table: "lock",
                columns: new[] { "ProjectId", "Repository", "Tag", "Digest" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_rule_ProjectId_Id",
                schema: "immutability",
                table: "rule",
                columns: new[] { "ProjectId", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "content_policy",
                schema: "protection");

            migrationBuilder.DropTable(
                name: "exemption",
                schema: "immutability");

            migrationBuilder.DropTable(
                name: "lock",
                schema: "protection");

            migrationBuilder.DropTable(
                name: "rule",
                schema: "immutability");
        }
    }
}
