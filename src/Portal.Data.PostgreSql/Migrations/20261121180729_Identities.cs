using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Portal.Data.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Identities : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ExternalIssuer",
                schema: "access",
                table: "user",
                type: "character varying(255)",
                maxLength: 255,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ExternalSubject",
                schema: "access",
                table: "user",
                type: "character varying(512)",
                maxLength: 512,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Source",
                schema: "access",
                table: "user",
                type: "integer",
                nullable: false,
                defaultValue: 0);

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

            migrationBuilder.AddColumn<int>(
                name: "Origin",
                schema: "access",
                table: "binding",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "federation_trust",
                schema: "access",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    RobotId = table.Column<int>(type: "integer", nullable: false),
                    Name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Kind = table.Column<int>(type: "integer", nullable: false),
                    Issuer = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    Audience = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Conditions = table.Column<string>(type: "jsonb", nullable: false),
                    SingleUse = table.Column<bool>(type: "boolean", nullable: false),
                    DisabledAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    UpdatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    CreatedBy = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    LastUsedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    LastUsedBy = table.Column<string>(type: "character varying(600)", maxLength: 600, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_federation_trust", x => x.Id);
                    table.ForeignKey(
                        name: "FK_federation_trust_robot_RobotId",
                        column: x => x.RobotId,
                        principalSchema: "access",
                        principalTable: "robot",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "federation_use",
                schema: "access",
                columns: table => new
                {
                    Token = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Address = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_federation_use", x => x.Token);
                });

            migrationBuilder.CreateTable(
                name: "mapping_rule",
                schema: "access",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Position = table.Column<int>(type: "integer", nullable: false),
                    Source = table.Column<int>(type: "integer", nullable: true),
                    Pattern = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Project = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    RoleId = table.Column<int>(type: "integer", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    UpdatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    CreatedBy = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_mapping_rule", x => x.Id);
                    table.ForeignKey(
                        name: "FK_mapping_rule_role_RoleId",
                        column: x => x.RoleId,
                        principalSchema: "access",
                        principalTable: "role",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "setting",
                schema: "access",
                columns: table => new
                {
                    Key = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Value = table.Column<string>(type: "text", nullable: false),
                    UpdatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    UpdatedBy = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_setting", x => x.Key);
                });

            migrationBuilder.CreateIndex(
                name: "IX_user_Source_ExternalIssuer_ExternalSubject",
                schema: "access",
                table: "user",
                columns: new[] { "Source", "ExternalIssuer", "ExternalSubject" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_federation_trust_Issuer",
                schema: "access",
                table: "federation_trust",
                column: "Issuer");

            migrationBuilder.CreateIndex(
                name: "IX_federation_trust_RobotId_Name",
                schema: "access",
                table: "federation_trust",
                columns: new[] { "RobotId", "Name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_federation_use_Until",
                schema: "access",
                table: "federation_use",
                column: "Until");

            migrationBuilder.CreateIndex(
                name: "IX_mapping_rule_Position",
                schema: "access",
                table: "mapping_rule",
                column: "Position");

            migrationBuilder.CreateIndex(
                name: "IX_mapping_rule_RoleId",
                schema: "access",
                table: "mapping_rule",
                column: "RoleId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "federation_trust",
                schema: "access");

            migrationBuilder.DropTable(
                name: "federation_use",
                schema: "access");

            migrationBuilder.DropTable(
                name: "mapping_rule",
                schema: "access");

            migrationBuilder.DropTable(
                name: "setting",
                schema: "access");

            migrationBuilder.DropIndex(
                name: "IX_user_Source_ExternalIssuer_ExternalSubject",
                schema: "access",
                table: "user");

            migrationBuilder.DropColumn(
                name: "ExternalIssuer",
                schema: "access",
                table: "user");

            migrationBuilder.DropColumn(
                name: "ExternalSubject",
                schema: "access",
                table: "user");

            migrationBuilder.DropColumn(
                name: "Source",
                schema: "access",
                table: "user");

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

            migrationBuilder.DropColumn(
                name: "Origin",
                schema: "access",
                table: "binding");
        }
    }
}
