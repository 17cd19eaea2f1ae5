using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Portal.Data.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Access : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_binding_ProjectId_SubjectKind_SubjectId",
                schema: "access",
                table: "binding");

            migrationBuilder.AddColumn<string>(
                name: "RepositoryPattern",
                schema: "access",
                table: "binding",
                type: "character varying(255)",
                maxLength: 255,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "TagPattern",
                schema: "access",
                table: "binding",
                type: "character varying(128)",
                maxLength: 128,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "Until",
                schema: "access",
                table: "binding",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "access_token",
                schema: "access",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    UserId = table.Column<int>(type: "integer", nullable: false),
                    Name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Hint = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    Scopes = table.Column<string>(type: "character varying(8000)", maxLength: 8000, nullable: false),
                    ProjectId = table.Column<int>(type: "integer", nullable: true),
                    AllowedFrom = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    RevokedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    LastUsedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    LastUsedFrom = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    LastUsedBy = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_access_token", x => x.Id);
                    table.ForeignKey(
                        name: "FK_access_token_user_UserId",
                        column: x => x.UserId,
                        principalSchema: "access",
                        principalTable: "user",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "group",
                schema: "access",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Name = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Source = table.Column<int>(type: "integer", nullable: false),
                    ExternalName = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: false),
                    Description = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_group", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "robot",
                schema: "access",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Name = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Login = table.Column<string>(type: "character varying(600)", maxLength: 600, nullable: false),
                    Description = table.Column<string>(type: "character varying(1024)", maxLength: 1024, nullable: false),
                    ProjectId = table.Column<int>(type: "integer", nullable: true),
                    DisabledAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    DurationDays = table.Column<int>(type: "integer", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    UpdatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    CreatedBy = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Stamp = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    LastUsedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_robot", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "group_member",
                schema: "access",
                columns: table => new
                {
                    GroupId = table.Column<int>(type: "integer", nullable: false),
                    UserId = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_group_member", x => new { x.GroupId, x.UserId });
                    table.ForeignKey(
                        name: "FK_group_member_group_GroupId",
                        column: x => x.GroupId,
                        principalSchema: "access",
                        principalTable: "group",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_group_member_user_UserId",
                        column: x => x.UserId,
                        principalSchema: "access",
                        principalTable: "user",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "robot_permission",
                schema: "access",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    RobotId = table.Column<int>(type: "integer", nullable: false),
                    ProjectId = table.Column<int>(type: "integer", nullable: true),
                    EveryProject = table.Column<bool>(type: "boolean", nullable: false),
                    Resource = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    Action = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_robot_permission", x => x.Id);
                    table.ForeignKey(
                        name: "FK_robot_permission_robot_RobotId",
                        column: x => x.RobotId,
                        principalSchema: "access",
                        principalTable: "robot",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "robot_secret",
                schema: "access",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    RobotId = table.Column<int>(type: "integer", nullable: false),
                    Hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ValidUntil = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    LastUsedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    LastUsedFrom = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_robot_secret", x => x.Id);
                    table.ForeignKey(
                        name: "FK_robot_secret_robot_RobotId",
                        column: x => x.RobotId,
                        principalSchema: "access",
                        principalTable: "robot",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_binding_ProjectId_SubjectKind_SubjectId_RepositoryPattern_T~",
                schema: "access",
                table: "binding",
                columns: new[] { "ProjectId", "SubjectKind", "SubjectId", "RepositoryPattern", "TagPattern" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_access_token_Hash",
                schema: "access",
                table: "access_token",
                column: "Hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_access_token_UserId_Name",
                schema: "access",
                table: "access_token",
                columns: new[] { "UserId", "Name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_group_Name",
                schema: "access",
                table: "group",
                column: "Name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_group_Source_ExternalName",
                schema: "access",
                table: "group",
                columns: new[] { "Source", "ExternalName" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_group_member_UserId",
                schema: "access",
                table: "group_member",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_robot_Login",
                schema: "access",
                table: "robot",
                column: "Login",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_robot_ProjectId",
                schema: "access",
                table: "robot",
                column: "ProjectId");

            migrationBuilder.CreateIndex(
                name: "IX_robot_permission_ProjectId",
                schema: "access",
                table: "robot_permission",
                column: "ProjectId");

            migrationBuilder.CreateIndex(
                name: "IX_robot_permission_RobotId",
                schema: "access",
                table: "robot_permission",
                column: "RobotId");

            migrationBuilder.CreateIndex(
                name: "IX_robot_secret_RobotId",
                schema: "access",
                table: "robot_secret",
                column: "RobotId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "access_token",
                schema: "access");

            migrationBuilder.DropTable(
                name: "group_member",
                schema: "access");

            migrationBuilder.DropTable(
                name: "robot_permission",
                schema: "access");

            migrationBuilder.DropTable(
                name: "robot_secret",
                schema: "access");

            migrationBuilder.DropTable(
                name: "group",
                schema: "access");

            migrationBuilder.DropTable(
                name: "robot",
                schema: "access");

            migrationBuilder.DropIndex(
                name: "IX_binding_ProjectId_SubjectKind_SubjectId_RepositoryPattern_T~",
                schema: "access",
                table: "binding");

            migrationBuilder.DropColumn(
                name: "RepositoryPattern",
                schema: "access",
                table: "binding");

            migrationBuilder.DropColumn(
                name: "TagPattern",
                schema: "access",
                table: "binding");

            migrationBuilder.DropColumn(
                name: "Until",
                schema: "access",
                table: "binding");

            migrationBuilder.CreateIndex(
                name: "IX_binding_ProjectId_SubjectKind_SubjectId",
                schema: "access",
                table: "binding",
                columns: new[] { "ProjectId", "SubjectKind", "SubjectId" },
                unique: true);
        }
    }
}
