using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Data.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class AccessEdges : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_binding_ProjectId_SubjectKind_SubjectId_RepositoryPattern_TagPattern",
                schema: "access",
                table: "binding");

            migrationBuilder.AddColumn<string>(
                name: "IdToken",
                schema: "access",
                table: "session",
                type: "nvarchar(max)",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ProviderSession",
                schema: "access",
                table: "session",
                type: "nvarchar(255)",
                maxLength: 255,
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "Random",
                schema: "access",
                table: "robot_secret",
                type: "bit",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateIndex(
                name: "IX_session_ProviderSession",
                schema: "access",
                table: "session",
                column: "ProviderSession");

            // Two first grants at the same moment may have left two roles on the whole system: the stronger one stays.
            migrationBuilder.Sql(@"
                DELETE FROM access.binding WHERE [Id] IN (SELECT [Id] FROM (
                    SELECT b.[Id], ROW_NUMBER() OVER (PARTITION BY b.[SubjectKind], b.[SubjectId], b.[RepositoryPattern], b.[TagPattern]
                        ORDER BY r.[Everything] DESC, r.[Strength] DESC, b.[Id]) AS place
                    FROM access.binding b JOIN access.role r ON r.[Id] = b.[RoleId] WHERE b.[ProjectId] IS NULL) AS doubled WHERE place > 1);");

            migrationBuilder.CreateIndex(
                name: "IX_binding_ProjectId_SubjectKind_SubjectId_RepositoryPattern_TagPattern",
                schema: "access",
                table: "binding",
                columns: new[] { "ProjectId", "SubjectKind", "SubjectId", "RepositoryPattern", "TagPattern" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_session_ProviderSession",
                schema: "access",
                table: "session");

            migrationBuilder.DropIndex(
                name: "IX_binding_ProjectId_SubjectKind_SubjectId_RepositoryPattern_TagPattern",
                schema: "access",
                table: "binding");

            migrationBuilder.DropColumn(
                name: "IdToken",
                schema: "access",
                table: "session");

            migrationBuilder.DropColumn(
                name: "ProviderSession",
                schema: "access",
                table: "session");

            migrationBuilder.DropColumn(
                name: "Random",
                schema: "access",
                table: "robot_secret");

            migrationBuilder.CreateIndex(
                name: "IX_binding_ProjectId_SubjectKind_SubjectId_RepositoryPattern_TagPattern",
                schema: "access",
                table: "binding",
                columns: new[] { "ProjectId", "SubjectKind", "SubjectId", "RepositoryPattern", "TagPattern" },
                unique: true,
                filter: "[ProjectId] IS NOT NULL");
        }
    }
}
