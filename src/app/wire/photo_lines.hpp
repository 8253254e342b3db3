// For each kind of work on photos: what does it, and the path that its jobs take. All adapters that they need
// outlive them.
#pragma once

#include <memory>
#include <utility>

#include "adapters/archive_zip/zip_archiver.hpp"
#include "app/pools.hpp"
#include "engine/cut_out_pipeline.hpp"
#include "engine/cut_out_work.hpp"
#include "engine/face_crop_work.hpp"
#include "engine/image_work.hpp"
#include "engine/photo_path.hpp"

namespace cutroom::app {

// What needs the model, and so exists only once it has been loaded.
struct BackgroundRemoval {
  BackgroundRemoval(std::unique_ptr<imaging::Segmenter> loaded, const imaging::ImageCodec& codec,
                    Pools& pools, imaging::DecodeLimits limits, delivery::PhotoSource& photos,
                    delivery::AssetStore& assets, delivery::RecordStore& records, const Clock& clock)
      : segmenter(std::move(loaded)),
        pipeline({.codec = codec,
                  .segmenter = *segmenter,
                  .compute = pools.compute,
                  .model_turn = pools.model_turn,
                  .limits = limits,
                  .archiver = &archiver}),
        work(pipeline, photos, assets),
        path({.photos = photos,
              .assets = assets,
              .records = records,
              .work = work,
              .compute = pools.compute,
              .clock = clock}) {}

  archive_zip::ZipArchiver archiver;
  std::unique_ptr<imaging::Segmenter> segmenter;
  engine::CutOutPipeline pipeline;
  engine::CutOutWork work;
  engine::PhotoPath path;
};

// Needs no model: runs from the start.
struct ImageProcessing {
  ImageProcessing(engine::ImageWork::Parts parts, delivery::RecordStore& records, const Clock& clock)
      : work(parts),
        path({.photos = parts.photos,
              .assets = parts.assets,
              .records = records,
              .work = work,
              .compute = parts.compute,
              .clock = clock}) {}

  engine::ImageWork work;
  engine::PhotoPath path;
};

// Needs the background-removal model only where a background is to be replaced.
struct FaceCrop {
  FaceCrop(engine::FaceCropWork::Parts parts, delivery::PhotoSource& photos, delivery::AssetStore& assets,
           delivery::RecordStore& records, const Clock& clock)
      : work(parts),
        path({.photos = photos,
              .assets = assets,
              .records = records,
              .work = work,
              .compute = parts.compute,
              .clock = clock}) {}

  engine::FaceCropWork work;
  engine::PhotoPath path;
};

}  // namespace cutroom::app
