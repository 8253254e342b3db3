// How large a head is and which way it leans, from a few points of the face; and the transform that puts it
// where an ID photo wants it. Ratios of the human head after the anthropometry that ISO/IEC 19794-5 crops by.
#pragma once

#include "imaging/face_detector.hpp"

namespace cutroom::imaging {

// The chin is this share of the head's height (crown to chin, without hair) below the eyes.
inline constexpr double kEyesToChinShare = 0.522804;

struct FaceMeasures {
  Point eyes;                 // Between the two.
  double eye_distance = 0.0;  // Pixels of the photo, as all lengths here.
  double roll = 0.0;          // Radians; positive: the picture's right eye is the lower one.
  double eyes_to_chin = 0.0;
  double head_height = 0.0;  // Crown to chin.

  double crown_to_eyes() const { return head_height - eyes_to_chin; }
};

// The chin is taken from the best that is known: its own point, the mouth, the box.
FaceMeasures measure_face(const DetectedFace&);

// The same head with its crown where a mask of the upright head has it: hair counts, but not a hat or what
// stands behind. `crown_to_eyes` is in pixels of the photo.
FaceMeasures with_crown(FaceMeasures, double crown_to_eyes);

// out = (a b; c d) * p + (x, y)
struct Affine {
  double a = 1.0, b = 0.0, c = 0.0, d = 1.0;
  double x = 0.0, y = 0.0;

  Point operator()(Point p) const { return {a * p.x + b * p.y + x, c * p.x + d * p.y + y}; }
  // How much longer a line becomes; for transforms that turn, scale and move only.
  double scale() const;
  Affine inverse() const;
};

// Where the head is to be, in pixels of the finished picture.
struct CropTarget {
  Size size;
  double head_height = 0.0;
  double eye_line = 0.0;  // From the top.
};

// Turns the eyes level, in the middle of the width and on the eye line, the head as high as wanted.
Affine crop_transform(const FaceMeasures&, const CropTarget&);

}  // namespace cutroom::imaging
