using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Projects;

/// <summary>A live artifact of the project names this blob: the sum of sizes is the project's unique bytes.</summary>
public sealed class ProjectBlob
{
    public int ProjectId { get; set; }
    public long BlobId { get; set; }
    public long Size { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ProjectBlob>
    {
        public void Configure(EntityTypeBuilder<ProjectBlob> b)
        {
            b.ToTable("project_blob", "artifacts");
            b.HasKey(x => new { x.ProjectId, x.BlobId });
            b.HasOne<Project>().WithMany().HasForeignKey(x => x.ProjectId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
