using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Portal.Data.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Retention : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "retention");

            migrationBuilder.CreateTable(
                name: "cluster",
                schema: "retention",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Name = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    ReportedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ReportedBy = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    FreshHours = table.Column<int>(type: "integer", nullable: false),
                    Images = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_cluster", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "plan",
                schema: "retention",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    RunId = table.Column<long>(type: "bigint", nullable: false),
                    PolicyId = table.Column<long>(type: "bigint", nullable: false),
                    ProjectId = table.Column<int>(type: "integer", nullable: false),
                    State = table.Column<int>(type: "integer", nullable: false),
                    DryRun = table.Column<bool>(type: "boolean", nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Rules = table.Column<string>(type: "text", nullable: false),
                    Repositories = table.Column<int>(type: "integer", nullable: false),
                    Kept = table.Column<long>(type: "bigint", nullable: false),
                    Deleted = table.Column<long>(type: "bigint", nullable: false),
                    Skipped = table.Column<long>(type: "bigint", nullable: false),
                    Held = table.Column<long>(type: "bigint", nullable: false),
                    Refused = table.Column<long>(type: "bigint", nullable: false),
                    Bytes = table.Column<long>(type: "bigint", nullable: false),
                    Fingerprint = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Brake = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    ConfirmedBy = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    ConfirmedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_plan", x => x.Id);
                    table.ForeignKey(
                        name: "FK_plan_project_ProjectId",
                        column: x => x.ProjectId,
                        principalSchema: "projects",
                        principalTable: "project",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "policy",
                schema: "retention",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Place = table.Column<int>(type: "integer", nullable: false),
                    ProjectId = table.Column<int>(type: "integer", nullable: true),
                    Mode = table.Column<int>(type: "integer", nullable: false),
                    Rules = table.Column<string>(type: "text", nullable: false),
                    Cron = table.Column<string>(type: "character varying(120)", maxLength: 120, nullable: false),
                    Locked = table.Column<bool>(type: "boolean", nullable: false),
                    BrakePercent = table.Column<int>(type: "integer", nullable: true),
                    BrakeBytes = table.Column<long>(type: "bigint", nullable: true),
                    UpdatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    UpdatedBy = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_policy", x => x.Id);
                    table.ForeignKey(
                        name: "FK_policy_project_ProjectId",
                        column: x => x.ProjectId,
                        principalSchema: "projects",
                        principalTable: "project",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "cluster_image",
                schema: "retention",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    ClusterId = table.Column<int>(type: "integer", nullable: false),
                    ProjectId = table.Column<int>(type: "integer", nullable: false),
                    Repository = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Digest = table.Column<string>(type: "character varying(135)", maxLength: 135, nullable: false),
                    Tag = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_cluster_image", x => x.Id);
                    table.ForeignKey(
                        name: "FK_cluster_image_cluster_ClusterId",
                        column: x => x.ClusterId,
                        principalSchema: "retention",
                        principalTable: "cluster",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "plan_repository",
                schema: "retention",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    PlanId = table.Column<long>(type: "bigint", nullable: false),
                    Repository = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Total = table.Column<int>(type: "integer", nullable: false),
                    Retained = table.Column<int>(type: "integer", nullable: false),
                    Deleted = table.Column<int>(type: "integer", nullable: false),
                    Bytes = table.Column<long>(type: "bigint", nullable: false),
                    Refusal = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    DeletionId = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_plan_repository", x => x.Id);
                    table.ForeignKey(
                        name: "FK_plan_repository_plan_PlanId",
                        column: x => x.PlanId,
                        principalSchema: "retention",
                        principalTable: "plan",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "verdict",
                schema: "retention",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    PlanId = table.Column<long>(type: "bigint", nullable: false),
                    Repository = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Tag = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    Digest = table.Column<string>(type: "character varying(135)", maxLength: 135, nullable: false),
                    Verdict = table.Column<int>(type: "integer", nullable: false),
                    Rule = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    PushedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Bytes = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_verdict", x => x.Id);
                    table.ForeignKey(
                        name: "FK_verdict_plan_PlanId",
                        column: x => x.PlanId,
                        principalSchema: "retention",
                        principalTable: "plan",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_cluster_Name",
                schema: "retention",
                table: "cluster",
                column: "Name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_cluster_image_ClusterId",
                schema: "retention",
                table: "cluster_image",
                column: "ClusterId");

            migrationBuilder.CreateIndex(
                name: "IX_cluster_image_ProjectId_Repository",
                schema: "retention",
                table: "cluster_image",
                columns: new[] { "ProjectId", "Repository" });

            migrationBuilder.CreateIndex(
                name: "IX_plan_ProjectId_Id",
                schema: "retention",
                table: "plan",
                columns: new[] { "ProjectId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_plan_RunId_ProjectId",
                schema: "retention",
                table: "plan",
                columns: new[] { "RunId", "ProjectId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_plan_repository_PlanId_Repository",
                schema: "retention",
                table: "plan_repository",
                columns: new[] { "PlanId", "Repository" });

            migrationBuilder.CreateIndex(
                name: "IX_policy_Place",
                schema: "retention",
                table: "policy",
                column: "Place",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_policy_ProjectId",
                schema: "retention",
                table: "policy",
                column: "ProjectId");

            migrationBuilder.CreateIndex(
                name: "IX_verdict_PlanId_Repository_Id",
                schema: "retention",
                table: "verdict",
                columns: new[] { "PlanId", "Repository", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_verdict_PlanId_Verdict_Id",
                schema: "retention",
                table: "verdict",
                columns: new[] { "PlanId", "Verdict", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "cluster_image",
                schema: "retention");

            migrationBuilder.DropTable(
                name: "plan_repository",
                schema: "retention");

            migrationBuilder.DropTable(
                name: "policy",
                schema: "retention");

            migrationBuilder.DropTable(
                name: "verdict",
                schema: "retention");

            migrationBuilder.DropTable(
                name: "cluster",
                schema: "retention");

            migrationBuilder.DropTable(
                name: "plan",
                schema: "retention");
        }
    }
}
