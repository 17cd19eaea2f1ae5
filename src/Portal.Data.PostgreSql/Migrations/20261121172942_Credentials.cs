using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Data.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Credentials : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<byte[]>(
                name: "Salt",
                schema: "access",
                table: "robot_secret",
                type: "bytea",
                maxLength: 16,
                nullable: false,
                defaultValue: new byte[0]);

            migrationBuilder.AddColumn<int>(
                name: "CreatedById",
                schema: "access",
                table: "robot",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "CreatedByKind",
                schema: "access",
                table: "robot",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "Credential",
                schema: "audit",
                table: "event",
                type: "character varying(64)",
                maxLength: 64,
                nullable: false,
                defaultValue: "");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Salt",
                schema: "access",
                table: "robot_secret");

            migrationBuilder.DropColumn(
                name: "CreatedById",
                schema: "access",
                table: "robot");

            migrationBuilder.DropColumn(
                name: "CreatedByKind",
                schema: "access",
                table: "robot");

            migrationBuilder.DropColumn(
                name: "Credential",
                schema: "audit",
                table: "event");
        }
    }
}
