#include "imaging/face_geometry.hpp"

#include <algorithm>
#include <cmath>

namespace cutroom::imaging {
namespace {

// Eyes to chin where the chin is not known: in distances of eyes to mouth, which a smile makes shorter, and
// in distances of the eyes, which turning the head makes shorter. The mean of both is off by less than
// either. The second follows from the population's head height, 1.24481 * (eye distance + eyes to chin).
constexpr double kChinPerMouth = 1.65;
constexpr double kChinPerEyes = 1.24481 * kEyesToChinShare / (1.0 - 1.24481 * kEyesToChinShare);
// How much higher than without hair a head may be.
constexpr double kHairMost = 1.25;

Point middle(Point p, Point q) { return {(p.x + q.x) / 2.0, (p.y + q.y) / 2.0}; }
double distance(Point p, Point q) { return std::hypot(p.x - q.x, p.y - q.y); }

double eyes_to_chin(const DetectedFace& face, Point eyes) {
  if (face.chin) return distance(*face.chin, eyes);
  if (face.right_mouth && face.left_mouth)
    return (kChinPerMouth * distance(middle(*face.right_mouth, *face.left_mouth), eyes) +
            kChinPerEyes * distance(face.right_eye, face.left_eye)) /
           2.0;
  return face.box.y + face.box.height - eyes.y;
}

}  // namespace

FaceMeasures measure_face(const DetectedFace& face) {
  FaceMeasures out;
  out.eyes = middle(face.right_eye, face.left_eye);
  out.eye_distance = distance(face.right_eye, face.left_eye);
  out.roll = std::atan2(face.left_eye.y - face.right_eye.y, face.left_eye.x - face.right_eye.x);
  out.eyes_to_chin = eyes_to_chin(face, out.eyes);
  out.head_height = out.eyes_to_chin / kEyesToChinShare;
  return out;
}

FaceMeasures with_crown(FaceMeasures head, double crown_to_eyes) {
  const double height = crown_to_eyes + head.eyes_to_chin;
  head.head_height = std::clamp(height, head.head_height, kHairMost * head.head_height);
  return head;
}

double Affine::scale() const { return std::sqrt(std::abs(a * d - b * c)); }

Affine Affine::inverse() const {
  const double determinant = a * d - b * c;
  Affine out{.a = d / determinant, .b = -b / determinant, .c = -c / determinant, .d = a / determinant};
  out.x = -(out.a * x + out.b * y);
  out.y = -(out.c * x + out.d * y);
  return out;
}

Affine crop_transform(const FaceMeasures& head, const CropTarget& target) {
  const double scale = target.head_height / head.head_height;
  const double cosine = scale * std::cos(head.roll);
  const double sine = scale * std::sin(head.roll);
  Affine out{.a = cosine, .b = sine, .c = -sine, .d = cosine};
  const Point turned = out(head.eyes);
  out.x = target.size.width / 2.0 - turned.x;
  out.y = target.eye_line - turned.y;
  return out;
}

}  // namespace cutroom::imaging
