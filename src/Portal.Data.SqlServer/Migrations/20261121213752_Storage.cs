using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Data.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class Storage : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "project_storage",
                schema: "artifacts",
                columns: table => new
                {
                    ProjectId = table.Column<int>(type: "int", nullable: false),
                    Used = table.Column<long>(type: "bigint", nullable: false),
                    Limit = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_project_storage", x => x.ProjectId);
                    table.ForeignKey(
                        name: "FK_project_storage_project_ProjectId",
                        column: x => x.ProjectId,
                        principalSchema: "projects",
                        principalTable: "project",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            // projects that were there before have an account too
            migrationBuilder.Sql("""
                INSERT INTO artifacts.project_storage ("ProjectId", "Used", "Limit")
                SELECT p."Id", COALESCE((SELECT SUM(b."Size") FROM artifacts.project_blob AS b WHERE b."ProjectId" = p."Id"), 0), -1 FROM projects.project AS p
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "project_storage",
                schema: "artifacts");
        }
    }
}
